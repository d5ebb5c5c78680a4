export interface BackoffBounds {
  /** The longest first pause. */
  leastMs: number;
  /** The longest of all; what has lasted for so long has not failed. */
  mostMs: number;
}

/** Beyond that many doublings every bound is reached. */
const MAX_DOUBLINGS = 30;

/** How long to wait for the next try: about twice as long after each failure. A part is chance, so that many do not come at once. */
export class Backoff {
  readonly #bounds: BackoffBounds;
  #failures = 0;

  constructor(bounds: BackoffBounds) {
    this.#bounds = bounds;
  }

  /** The pause after another failure, milliseconds; `lastedMs`: for how long it had worked before. */
  next(lastedMs = 0): number {
    const { leastMs, mostMs } = this.#bounds;
    if (lastedMs >= mostMs) this.#failures = 0;
    const pauseMs = Math.min(leastMs * 2 ** this.#failures, mostMs);
    this.#failures = Math.min(this.#failures + 1, MAX_DOUBLINGS);
    return pauseMs * (0.5 + Math.random() / 2);
  }
}
