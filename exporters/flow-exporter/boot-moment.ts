/** The two clocks are looked at one after the other, and one of them has hundredths of a second only. */
const MIN_STEP_MS = 250;

/**
 * When the machine booted, by its wall clock. It stays the same until that clock has moved against the time since boot, so
 * that a flow has the same start in every answer: the console knows it by that.
 */
export class BootMoment {
  readonly #read: () => number;
  #keptMs: number | undefined;

  /** `read`: the wall clock less the time since boot, milliseconds; of a recording, as it was then. */
  constructor(read: () => number) {
    this.#read = read;
  }

  /** Milliseconds since 1970. */
  get ms(): number {
    const ms = this.#read();
    if (this.#keptMs === undefined || Math.abs(ms - this.#keptMs) >= MIN_STEP_MS) this.#keptMs = ms;
    return this.#keptMs;
  }
}
