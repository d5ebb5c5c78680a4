import type { Host } from "../lib/host.ts";

/** What the launcher may touch, handed in by `start.ts` so that tests can hand in something else. */
export interface Io {
  host: Host;
  projectRoot: string;
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream;
}

/** Options as they were typed; what a command makes of its own, it checks itself. */
export interface Options {
  install: boolean;
  volumes: boolean;
  json: boolean;
  help: boolean;
  exact: boolean;
  whenReady: boolean;
  config?: string;
  window?: string;
  container?: string;
  seconds?: string;
}

interface Call extends Io {
  options: Options;
  /** What stands behind the command's name. */
  words: readonly string[];
  signal: AbortSignal;
}

/** One verb of the command line. Returns the exit code; throws StartError for a failure it can explain, UsageError for senseless words. */
export type Command = (call: Call) => Promise<number>;
