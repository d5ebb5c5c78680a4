import type { FlowRecord } from "../../model/flow-record.ts";

interface Ended {
  flow: object;
  record: FlowRecord;
}

/** The flows that ended last, numbered, so that each reader can go on where it was. */
export class EndedFlows {
  /** Number of the next one. */
  next = 0;
  readonly #most: number;
  readonly #kept: Ended[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(flow: object, record: FlowRecord): void {
    this.#kept[this.next % this.#most] = { flow, record };
    this.next += 1;
  }

  /** Those from number `from` up to, and without, `end` that are still kept as it comes to them. */
  *between(from: number, end: number): Generator<Ended> {
    for (let at = from; at < end; at++) {
      const one = this.next - at <= this.#most ? this.#kept[at % this.#most] : undefined;
      if (one) yield one;
    }
  }

  /** Nobody reads them any more. */
  clear(): void {
    this.#kept.length = 0;
  }
}
