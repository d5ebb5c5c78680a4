interface Seen<Value> {
  value: Value;
  lastNs: number;
}

/** Things that are kept for a while after they vanish, because flows they had a part in can come later. */
export class Lingering<Key, Value> {
  readonly #seen = new Map<Key, Seen<Value>>();
  readonly #keptNs: number;

  /** `keptNs`: how long after they were last seen. */
  constructor(keptNs: number) {
    this.#keptNs = keptNs;
  }

  /** Takes in those that are there now. */
  update(present: Iterable<readonly [Key, Value]>, nowNs: number): void {
    for (const [key, value] of present) this.add(key, value, nowNs);
    for (const [key, { lastNs }] of this.#seen) if (nowNs - lastNs > this.#keptNs) this.#seen.delete(key);
  }

  /** Takes in one that was there until then. */
  add(key: Key, value: Value, lastNs: number): void {
    const seen = this.#seen.get(key);
    if (!seen) {
      this.#seen.set(key, { value, lastNs });
      return;
    }
    seen.value = value;
    seen.lastNs = lastNs;
  }

  /** Lets go of all beyond `most`: of those with the lowest rank the ones that vanished first. */
  bound(most: number, rankOf: (value: Value) => number): void {
    if (this.#seen.size <= most) return;
    const ranked = [...this.#seen].map(([key, { value, lastNs }]) => ({ key, lastNs, rank: rankOf(value) }));
    ranked.sort((one, two) => one.rank - two.rank || one.lastNs - two.lastNs);
    for (const { key } of ranked.slice(0, -most)) this.#seen.delete(key);
  }

  get(key: Key): Value | undefined {
    return this.#seen.get(key)?.value;
  }

  /** Those that are there, and those that were. */
  *[Symbol.iterator](): Iterator<[Key, Value]> {
    for (const [key, { value }] of this.#seen) yield [key, value];
  }
}
