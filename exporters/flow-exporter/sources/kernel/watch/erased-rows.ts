/** What the tracer says of its ring of closed flows, since it was loaded. */
export interface RingCounts {
  /** The last number given. */
  closedWritten: number;
  /** Of the numbers, how many got no row. */
  closedLost: number;
}

/**
 * Closed flows that another reader took out of the kernel's ring before we saw them: numbers were given for them, they are
 * not among the lost, and they were never shown. A row that is still being written is missing as well, for a moment, so a
 * row counts once two reads in a row have missed it.
 */
export class ErasedRows {
  /** Of this tracer. */
  count: number;
  #shown: number | undefined;
  #missing = 0;

  /** As an earlier exporter left them; `shown` undefined: what was shown before the first read is not known. */
  constructor(shown?: number, count = 0) {
    this.#shown = shown;
    this.count = count;
  }

  /** Rows of this tracer that we were shown. */
  get shown(): number | undefined {
    return this.#shown;
  }

  /** A tracer that started anew numbers from the start. */
  startOver(): void {
    this.#shown = 0;
    this.#missing = 0;
    this.count = 0;
  }

  /** One complete read, begun after the ring was so; `taken`: rows that it showed for the first time, `ahead`: newer ones among them. */
  add({ closedWritten, closedLost }: RingCounts, taken: number, ahead: number): void {
    const due = closedWritten - closedLost;
    const before = this.#shown ?? due - (taken - ahead);
    this.#shown = before + taken;
    const missing = Math.max(0, due - (this.#shown - ahead));
    this.count = Math.max(this.count, Math.min(missing, this.#missing));
    this.#missing = missing;
  }
}
