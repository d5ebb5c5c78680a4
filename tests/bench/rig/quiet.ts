import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 250;
const MAX_BUSY = 0.1;
const PATIENCE_MS = 30_000;

/**
 * Waits until nothing else uses the CPUs, at most half a minute: what other programs do would be taken for overhead.
 * @returns whether it became quiet.
 */
export async function waitForQuiet(signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + PATIENCE_MS;
  do {
    const before = readFileSync("/proc/stat", "utf8");
    await sleep(LOOK_MS, undefined, { signal });
    if (busyShare(before, readFileSync("/proc/stat", "utf8")) <= MAX_BUSY) return true;
  } while (performance.now() < end);
  return false;
}

/** Share of all CPUs' time that was not idle between two texts of `/proc/stat`; time stolen by the host counts. */
export function busyShare(before: string, after: string): number {
  const [from, to] = [cpuTimes(before), cpuTimes(after)];
  const whole = to.all - from.all;
  const idle = to.idle - from.idle;
  return whole === 0 ? 0 : (whole - idle) / whole;
}

function cpuTimes(stat: string) {
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    /^cpu +(.*)$/m.exec(stat)?.[1]?.split(" ").map(Number) ?? [];
  return { idle: idle + iowait, all: user + nice + system + idle + iowait + irq + softirq + steal };
}
