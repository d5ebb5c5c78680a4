import { readdir, stat } from "node:fs/promises";
import type { Host } from "../lib/host.ts";
import type { Command, PackageManager } from "./types.ts";

const LISTS = "/var/lib/apt/lists";
const DAY_MS = 24 * 60 * 60 * 1000;

/** Debian, Ubuntu and what descends from them. `now` is in milliseconds since the epoch. */
export function createApt(host: Host, now: () => number = Date.now): PackageManager {
  return {
    name: "apt",
    unattended: true,
    candidate: async (name) => {
      const policy = await host.run("apt-cache", ["policy", name], { env: { LC_ALL: "C" } });
      return candidateOf(policy.stdout);
    },
    listsAreOld: async () => {
      const updated = await lastUpdate(host);
      return updated === undefined || now() - updated > DAY_MS;
    },
    refresh: noninteractive("update"),
    install: (names) => noninteractive("install", "--yes", "--no-install-recommends", "--no-remove", ...names),
  };
}

/** Version on the `Candidate:` line of `apt-cache policy`. */
export function candidateOf(policy: string): string | undefined {
  const version = /^\s*Candidate: (.+)$/m.exec(policy)?.[1];
  return version === "(none)" ? undefined : version;
}

function noninteractive(verb: string, ...rest: string[]): Command {
  // Another apt may be at work on the machine: wait for its lock instead of failing.
  return ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", verb, ...rest];
}

/**
 * When the lists were last fetched, or undefined when there are none.
 * The lists themselves carry the mirror's times; `partial` is written to by every update.
 */
async function lastUpdate(host: Host): Promise<number | undefined> {
  const files = await readdir(host.resolve(LISTS)).catch(() => []);
  if (!files.some((file) => file.includes("_Packages"))) return undefined;
  const times = await Promise.all([LISTS, `${LISTS}/partial`].map((folder) => changedAt(host.resolve(folder))));
  return Math.max(...times);
}

async function changedAt(folder: string): Promise<number> {
  return stat(folder).then(
    (entry) => entry.mtimeMs,
    () => 0,
  );
}
