import { readFileSync } from "node:fs";
import path from "node:path";

/** What the exporter asks the machine itself, under a `/proc` that may be a fixture's. */
export interface Host {
  /** Nanoseconds since boot, suspended time included (CLOCK_BOOTTIME), to a hundredth of a second. */
  bootTimeNs(): number;
  /** Changes when the machine boots; "" when it cannot be read. */
  bootId(): string;
  /** Text of a file of the first process's network namespace: the host's own; empty when it cannot be read. */
  netFile(name: string): string;
}

/** The machine behind `proc`. */
export function createHost(proc: string): Host {
  return {
    bootTimeNs: () => Number.parseFloat(readFileSync(path.join(proc, "uptime"), "utf8")) * 1e9,
    bootId: () => textOf(path.join(proc, "sys/kernel/random/boot_id")).trim(),
    netFile: (name) => textOf(path.join(proc, "1/net", name)),
  };
}

/** Empty when it cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
