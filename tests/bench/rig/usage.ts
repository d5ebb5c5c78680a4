import { readFileSync } from "node:fs";

/** Clock ticks a second in /proc: fixed by the kernel's interface to programs. */
const TICKS = 100;

/** What a process has used so far. */
export interface Usage {
  cpuSeconds: number;
  residentBytes: number;
  /** Of those, pages of files: the program itself and its libraries, shared by all who run them. */
  fileBytes: number;
  peakBytes: number;
}

/** @throws the system's error when the process is gone. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return { cpuSeconds: cpuSecondsIn(stat), ...memoryIn(readFileSync(`/proc/${pid}/status`, "utf8")) };
}

/** User and system time out of `/proc/PID/stat`; the name in it may hold spaces and brackets. */
export function cpuSecondsIn(stat: string): number {
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13)
    .map(Number);
  return (user + system) / TICKS;
}

/** Resident memory now and at its peak, in bytes, out of `/proc/PID/status`. */
export function memoryIn(status: string): Omit<Usage, "cpuSeconds"> {
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)?.[1] ?? 0) * 1024;
  return { residentBytes: bytes("VmRSS"), fileBytes: bytes("RssFile"), peakBytes: bytes("VmHWM") };
}
