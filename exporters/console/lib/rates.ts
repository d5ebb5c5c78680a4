interface Sample {
  atMs: number;
  values: ReadonlyMap<string, number>;
}

/** Turns counters, looked at now and then, into rates over the last looks. */
export class RateBook {
  readonly #windowMs: number;
  #samples: Sample[] = [];

  /** @param windowMs over how long to even out; the exporter's counters move in steps of its own */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Takes all counters as they were at a time. */
  add(atMs: number, values: ReadonlyMap<string, number>): void {
    const last = this.#samples.at(-1);
    if (last && atMs <= last.atMs) return;
    this.#samples = [...this.#samples.filter((one) => one.atMs >= atMs - this.#windowMs), { atMs, values }];
  }

  /** Per second; undefined before the second look. A counter that was not there before has counted from zero. */
  rate(key: string): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || first === last) return undefined;
    const grown = (last.values.get(key) ?? 0) - (first.values.get(key) ?? 0);
    return Math.max(0, grown) / ((last.atMs - first.atMs) / 1000);
  }
}
