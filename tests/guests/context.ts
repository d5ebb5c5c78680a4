import { homedir } from "node:os";
import path from "node:path";
import type { Host } from "../../start/lib/host.ts";

/** What everything here works with. */
export interface Context {
  host: Host;
  /** Folder of what was fetched and made before; clones share it. */
  cache: string;
  /** Called with each line that shows a user what goes on. */
  report: (line: string) => void;
  signal: AbortSignal;
}

/** Where packages, unpacked kernels and initial RAM disks are kept. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  // An empty or relative XDG_CACHE_HOME counts as none, as its specification wants it.
  const caches = path.isAbsolute(env.XDG_CACHE_HOME ?? "") ? env.XDG_CACHE_HOME : undefined;
  return path.join(caches ?? path.join(env.HOME ?? homedir(), ".cache"), "flowtally/guests");
}
