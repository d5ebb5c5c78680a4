import { StartError, UsageError } from "../errors.ts";

const MEBIBYTE = 2 ** 20;

/** How much of the machine a load may take, so that the machine stays usable. */
export interface Bounds {
  /** Busy processes: one core stays free, where there is more than one. */
  workers: number;
  memoryBytes: number;
  diskBytes: number;
}

const MEMORY_SHARE = 0.1;
const MAX_MEMORY = 512 * MEBIBYTE;
/** Less would be lost in what any process uses. */
const MIN_MEMORY = 32 * MEBIBYTE;
const DISK = 64 * MEBIBYTE;

/**
 * A tenth of the memory that is available, 512 MiB at most; 64 MiB of disk; all cores but one.
 * @throws StartError TOO_LITTLE_MEMORY
 */
export function boundsOf({ cores, availableBytes }: { cores: number; availableBytes: number }): Bounds {
  const share = Math.min(availableBytes * MEMORY_SHARE, MAX_MEMORY);
  if (share < MIN_MEMORY) throw tooLittleMemory(availableBytes);
  const memoryBytes = Math.floor(share / MEBIBYTE) * MEBIBYTE;
  return { workers: Math.max(1, cores - 1), memoryBytes, diskBytes: DISK };
}

function tooLittleMemory(availableBytes: number): StartError {
  return new StartError("TOO_LITTLE_MEMORY", {
    what: "This machine has too little free memory for a load",
    why: `${Math.floor(availableBytes / MEBIBYTE)} MiB are available, 320 MiB are needed; a load takes a tenth of that`,
    fix: "free some memory, then try again",
  });
}

const MIN_SECONDS = 5;
const MAX_SECONDS = 600;
const DEFAULT = "20";

/** @throws UsageError for what is no whole number from 5 to 600. */
export function loadSeconds(text = DEFAULT): number {
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return seconds;
  throw new UsageError(`Option --seconds takes a whole number from ${MIN_SECONDS} to ${MAX_SECONDS}, not "${text}".`);
}
