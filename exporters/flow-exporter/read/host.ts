import { readFileSync } from "node:fs";
import path from "node:path";

/** What the exporter asks the machine itself, under a `/proc` that may be a fixture's. */
export interface Host {
  /** Nanoseconds since boot, suspended time included (CLOCK_BOOTTIME), to a hundredth of a second. */
  bootTimeNs(): number;
  /** Text of a file of the first process's network namespace: the host's own; empty when it cannot be read. */
  netFile(name: string): string;
}

/** The machine behind `proc`. */
export function createHost(proc: string): Host {
  return {
    bootTimeNs: () => Number.parseFloat(readFileSync(path.join(proc, "uptime"), "utf8")) * 1e9,
    netFile: (name) => {
      try {
        return readFileSync(path.join(proc, "1/net", name), "utf8");
      } catch {
        return "";
      }
    },
  };
}
