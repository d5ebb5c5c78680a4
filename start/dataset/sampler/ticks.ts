/** Moments at even distances, on a schedule that no lateness shifts. */
export class Ticks {
  readonly #everyMs: number;
  readonly #startMs: number;
  /** Of the moment that is next. */
  #next = 0;
  #missed = 0;

  constructor(everyMs: number, nowMs: number) {
    this.#everyMs = everyMs;
    this.#startMs = nowMs;
  }

  /** How many moments have passed without anything having been done at them. */
  get missed(): number {
    return this.#missed;
  }

  /** What was due is done: until the next moment it is how long. One that has passed meanwhile is missed. */
  untilNext(nowMs: number): number {
    const passed = Math.floor((nowMs - this.#startMs) / this.#everyMs);
    this.#missed += Math.max(0, passed - this.#next);
    this.#next = Math.max(passed, this.#next) + 1;
    return this.#startMs + this.#next * this.#everyMs - nowMs;
  }
}
