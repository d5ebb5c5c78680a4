/** Amounts are added up over spans of time, each of which ends with the first reading after so long. */
const SPAN_MS = 3_000;
/** The spans that are kept reach back so far, and at least over one of them, however long it is. */
const WINDOW_MS = 15_000;
/** As many spans as a window can have, and the one that is being added to. */
const SLOTS = WINDOW_MS / SPAN_MS + 1;

interface Span {
  /** Where its amounts are in the cells. */
  slot: number;
  fromMs: number;
  /** When the last reading in it ended. */
  toMs: number;
}

interface Recent {
  /** The end of the last reading before the first that brought something. */
  sinceMs: number;
  /** All fields of every slot. */
  cells: number[];
}

/**
 * What came lately, by key, and how much that is per second. It costs memory only for what brought something within the
 * window. All times are of one clock that only goes forward.
 */
export class RecentAmounts<Key, Field extends string> {
  readonly #fields: readonly Field[];
  readonly #recent = new Map<Key, Recent>();
  /** The oldest first; none before the first reading has ended. */
  readonly #spans: Span[] = [];

  constructor(fields: readonly Field[]) {
    this.#fields = fields;
  }

  /** How many keys cost memory. */
  get size(): number {
    return this.#recent.size;
  }

  /**
   * A reading has brought something new. What the first one brings is left out: nobody knows in how much time it came
   * together.
   */
  add(key: Key, amounts: Readonly<Record<Field, number>>): void {
    const span = this.#spans.at(-1);
    if (!span) return;
    // By index, which costs a fifth less than iterators: this runs for every flow that has something new.
    const start = span.slot * this.#fields.length;
    let cells: number[] | undefined;
    for (let index = 0; index < this.#fields.length; index++) {
      const amount = amounts[this.#fields[index] as Field];
      if (amount === 0) continue;
      cells ??= this.#recentOf(key, span).cells;
      cells[start + index] = (cells[start + index] ?? 0) + amount;
    }
  }

  /** A reading has ended. */
  endReading(nowMs: number): void {
    const last = this.#spans.at(-1);
    if (last) last.toMs = nowMs;
    if (last && nowMs - last.fromMs < SPAN_MS) return;
    while (this.#spans.length > 1 && nowMs - (this.#spans[0]?.fromMs ?? nowMs) > WINDOW_MS) this.#dropOldest();
    this.#spans.push({ slot: ((last?.slot ?? -1) + 1) % SLOTS, fromMs: nowMs, toMs: nowMs });
  }

  /**
   * Per second, over the window, or over the time since it brought something for the first time in it; undefined before
   * two readings have ended.
   */
  perSecond(key: Key): Record<Field, number> | undefined {
    const [first, last] = [this.#spans[0], this.#spans.at(-1)];
    if (!first || !last) return undefined;
    const { sinceMs = first.fromMs, cells = [] } = this.#recent.get(key) ?? {};
    const seconds = (last.toMs - Math.max(first.fromMs, sinceMs)) / 1000;
    if (seconds <= 0) return undefined;
    const rates = this.#fields.map((field, index) => [field, this.#sum(cells, index) / seconds]);
    return Object.fromEntries(rates) as Record<Field, number>;
  }

  #recentOf(key: Key, { toMs }: Span): Recent {
    const known = this.#recent.get(key);
    if (known) return known;
    const recent = { sinceMs: toMs, cells: new Array<number>(SLOTS * this.#fields.length).fill(0) };
    this.#recent.set(key, recent);
    return recent;
  }

  /** Of one field over all slots. */
  #sum(cells: readonly number[], field: number): number {
    let sum = 0;
    for (let cell = field; cell < cells.length; cell += this.#fields.length) sum += cells[cell] ?? 0;
    return sum;
  }

  #dropOldest(): void {
    const dropped = this.#spans.shift();
    if (!dropped) return;
    const start = dropped.slot * this.#fields.length;
    for (const [key, { cells }] of this.#recent) {
      cells.fill(0, start, start + this.#fields.length);
      if (cells.every((amount) => amount === 0)) this.#recent.delete(key);
    }
  }
}
