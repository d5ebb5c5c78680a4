/**
 * Time from the last sign of one tracer to the first sign of the next, as far as this exporter has seen both: flows that
 * began and ended within it are not counted. Signs come once a second, so that it is up to two seconds too long.
 */
export class Unseen {
  seconds: number;
  #tracer: string | undefined;
  #aliveNs = 0;

  /** `seconds` as an earlier exporter had it. */
  constructor(seconds = 0) {
    this.seconds = seconds;
  }

  /** `tracer`, which is another after each start, was alive at `aliveNs`, since boot. */
  add(tracer: string, aliveNs: number): void {
    const isNext = this.#tracer !== undefined && this.#tracer !== tracer;
    if (isNext) this.seconds += Math.max(0, aliveNs - this.#aliveNs) / 1e9;
    this.#tracer = tracer;
    this.#aliveNs = aliveNs;
  }
}
