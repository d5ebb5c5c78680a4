/** Moments at even distances, on a schedule that no lateness shifts. */
export class Ticks {
  readonly #everyMs: number;
  readonly #startMs: number;
  /** Of the moment that is next. */
  #next = 0;

  constructor(everyMs: number, nowMs: number) {
    this.#everyMs = everyMs;
    this.#startMs = nowMs;
  }

  /** What was due is done: until the next moment it is how long. Those that have passed meanwhile are left out. */
  untilNext(nowMs: number): number {
    const passed = Math.floor((nowMs - this.#startMs) / this.#everyMs);
    this.#next = Math.max(passed, this.#next) + 1;
    return this.#startMs + this.#next * this.#everyMs - nowMs;
  }
}
