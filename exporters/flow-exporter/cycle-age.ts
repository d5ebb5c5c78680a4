/** A cycle that takes this many intervals is stuck, unless that is less than `MIN_SECONDS`: a busy machine takes its time. */
const INTERVALS = 10;
const MIN_SECONDS = 30;

/** Whether cycles end: a part that hangs fails in no way that anybody else would see. */
export class CycleAge {
  /** A last cycle that is older than this is a fault. */
  readonly maxSeconds: number;
  readonly #nowMs: () => number;
  #endedMs: number;

  /** @param nowMs of a clock that nobody sets. */
  constructor(collectSeconds: number, nowMs = () => performance.now()) {
    this.maxSeconds = Math.max(INTERVALS * collectSeconds, MIN_SECONDS);
    this.#nowMs = nowMs;
    this.#endedMs = nowMs();
  }

  /** A cycle has ended. */
  end(): void {
    this.#endedMs = this.#nowMs();
  }

  /** Since the last one has ended; since the start, where none has. */
  get ageSeconds(): number {
    return (this.#nowMs() - this.#endedMs) / 1000;
  }
}
