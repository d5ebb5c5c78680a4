import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import path from "node:path";

const MAX_LOOK_MS = 100;
const MAX_LOOKS = 10;
/** Of a file of a process, which its user may have made as long as he likes: 100,000 routes take the kernel a second. */
const MAX_PROCESS_BYTES = 65_536;

/** What the exporter asks the machine itself, under a `/proc` that may be a fixture's. */
export interface Host {
  /** Nanoseconds since boot, suspended time included (CLOCK_BOOTTIME), to a hundredth of a second. */
  bootTimeNs(): number;
  /** The wall clock less the time since boot, milliseconds: it changes only when somebody sets the clock. */
  wallOffsetMs(): number;
  /** Changes when the machine boots; "" when it cannot be read. */
  bootId(): string;
  /** Text of a file of the first process's network namespace: the host's own; empty when it cannot be read. */
  netFile(name: string): string;
  /**
   * Text of a file that anybody may read of a process; empty when it cannot be read, as the process may have ended, or is
   * longer than 64 KiB.
   */
  processFile(pid: number, name: ProcessFile): string;
}

/** Those under `net` are of the process's network namespace. */
type ProcessFile = "cgroup" | "status" | "net/fib_trie" | "net/ipv6_route";

/** The machine behind `proc`. */
export function createHost(proc: string): Host {
  const bootTimeNs = () => Number.parseFloat(readFileSync(path.join(proc, "uptime"), "utf8")) * 1e9;
  return {
    bootTimeNs,
    wallOffsetMs: () => wallOffsetMs(bootTimeNs),
    bootId: () => textOf(path.join(proc, "sys/kernel/random/boot_id")).trim(),
    netFile: (name) => textOf(path.join(proc, "1/net", name)),
    processFile: (pid, name) => shortTextOf(path.join(proc, `${pid}`, name)),
  };
}

/** A process that is paused between its looks at the two clocks must not take that for a step: it looks again. */
function wallOffsetMs(bootTimeNs: () => number): number {
  for (let tries = 1; ; tries++) {
    const before = Date.now();
    const bootMs = bootTimeNs() / 1e6;
    if (Math.abs(Date.now() - before) <= MAX_LOOK_MS || tries === MAX_LOOKS) return before - bootMs;
  }
}

/** Empty when it cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Empty when it cannot be read, or is too long; no more than that is read. */
function shortTextOf(file: string): string {
  const bytes = Buffer.allocUnsafe(MAX_PROCESS_BYTES + 1);
  let length = 0;
  try {
    const descriptor = openSync(file, "r");
    try {
      for (let got = 1; got > 0 && length < bytes.length; length += got)
        got = readSync(descriptor, bytes, length, bytes.length - length, null);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return "";
  }
  return length > MAX_PROCESS_BYTES ? "" : bytes.toString("utf8", 0, length);
}
