const MIN_STEP_MS = 1_000;

/** The last time that somebody set the clock. */
interface Step {
  /** Forward, or back where it is negative. */
  seconds: number;
  /** When, since boot. */
  atNs: number;
}

/**
 * How often the wall clock was set, by a second and more. It is seen by comparing with the time since boot, which nobody can set, and
 * which goes on while the machine is suspended; where the clock is only made to run faster or slower, both do.
 */
export class ClockSteps {
  count = 0;
  last: Step | undefined;
  #offsetMs: number | undefined;

  /** `offsetMs`: as an earlier exporter of the same boot read it last. */
  constructor(offsetMs?: number) {
    this.#offsetMs = offsetMs;
  }

  /**
   * `offsetMs`: the wall clock less the time since boot, as of `nowNs`, since boot.
   * @returns by how many seconds the clock was set since the last time, if it was.
   */
  add(offsetMs: number, nowNs: number): number | undefined {
    const stepMs = offsetMs - (this.#offsetMs ?? offsetMs);
    if (this.#offsetMs !== undefined && Math.abs(stepMs) < MIN_STEP_MS) return undefined;
    this.#offsetMs = offsetMs;
    if (stepMs === 0) return undefined;
    this.count += 1;
    this.last = { seconds: stepMs / 1000, atNs: nowNs };
    return this.last.seconds;
  }
}
