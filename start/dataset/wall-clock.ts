/** Programs are stopped for milliseconds between two looks, and a clock that is slewed moves by less. */
const LEAST_STEP_MS = 50;
/** The nearest of them counts: the process may lose the CPU between the two clocks. */
const LOOKS = 3;

/** That the wall clock was set while a recording was made. */
export interface ClockStep {
  atNs: number;
  stepSeconds: number;
}

interface Clocks {
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Nanoseconds since boot. */
  bootNs(): number;
}

/** Notices where the wall clock is set. Flows and samples go by another clock, which is never set. */
export class WallClock {
  readonly #clocks: Clocks;
  readonly #steps: ClockStep[] = [];
  #bootMs: number;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
    this.#bootMs = this.#look();
  }

  get steps(): readonly ClockStep[] {
    return this.#steps;
  }

  /** Looks at it: now and then, for as long as the recording is made. */
  look(): void {
    const bootMs = this.#look();
    const stepMs = bootMs - this.#bootMs;
    if (Math.abs(stepMs) >= LEAST_STEP_MS)
      this.#steps.push({ atNs: this.#clocks.bootNs(), stepSeconds: stepMs / 1_000 });
    // What it is slewed by adds up to no step.
    this.#bootMs = bootMs;
  }

  /** When the machine booted, by the wall clock: milliseconds since 1970. */
  #look(): number {
    const looks = Array.from({ length: LOOKS }, () => {
      const before = this.#clocks.bootNs();
      const wall = this.#clocks.wallMs();
      const after = this.#clocks.bootNs();
      return { took: after - before, bootMs: wall - (before + after) / 2e6 };
    });
    return looks.reduce((best, one) => (one.took < best.took ? one : best)).bootMs;
  }
}
