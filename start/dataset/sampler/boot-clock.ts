import { readFileSync } from "node:fs";

const NS = 1e9;
/** What `/proc/uptime` counts in, and so how far off the first look is. */
const HUNDREDTH_NS = 1e7;
/** Two clocks that are as near have never parted. */
const SAME_NS = 2e7;

/** What both clocks are read by. */
export interface Clocks {
  /** Nanoseconds since boot without those that the machine slept: Node knows no other clock that never goes back. */
  awakeNs(): number;
  /** Seconds since boot, those that it slept too, cut off to hundredths. */
  uptimeSeconds(): number;
}

export const CLOCKS: Clocks = {
  awakeNs: () => Number(process.hrtime.bigint()),
  uptimeSeconds: () => Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]),
};

/** Looks at which the process may have lost the CPU are taken again. */
const SURE_NS = 1e6;
const MAX_TRIES = 20;

/**
 * How long the machine has slept since it booted, in nanoseconds: what lies between the kernel's CLOCK_BOOTTIME, which flows are
 * told by, and the clock that Node has. It is looked at as a hundredth passes; of what remains unsure the larger is taken, so
 * that no sample seems to have ended before it did.
 */
export function sleptNs(clocks: Clocks): number {
  const tries: { most: number; unsure: number }[] = [];
  do tries.push(lookAt(clocks));
  while ((tries.at(-1)?.unsure ?? 0) > SURE_NS && tries.length < MAX_TRIES);
  const { most, unsure } = tries.reduce((best, one) => (one.unsure < best.unsure ? one : best));
  return most < SAME_NS + unsure ? 0 : most;
}

function lookAt({ awakeNs, uptimeSeconds }: Clocks): { most: number; unsure: number } {
  const first = uptimeSeconds();
  const began = awakeNs();
  let before = began;
  for (;;) {
    const uptime = uptimeSeconds();
    const after = awakeNs();
    // A clock of a test may stand still.
    if (uptime !== first || after - began > 2 * HUNDREDTH_NS) {
      const unsure = after - before;
      return { most: uptime * NS + unsure - before, unsure };
    }
    before = after;
  }
}
