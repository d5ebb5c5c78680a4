import type { HubbleFlow } from "../../../model/hubble-flow.ts";

/** Two thirds of a second at 20,000 events a second; each takes about a kilobyte. */
const CAPACITY = 16_384;

/** An event, and its bytes once anybody wanted them: they are made once for all followers. */
export interface Slot {
  flow: HubbleFlow;
  frame: Buffer | undefined;
}

/** Somebody who reads the ring, at a number of its own. */
export interface Reader {
  /** Of the next event for it. */
  next: number;
  /** Something has come. */
  wake(): void;
}

/** The last events, numbered. One that reads too slowly finds that those it has not read are gone, and nobody waits for it. */
export class Ring {
  /** Number of the next one. */
  next = 0;
  readonly #capacity: number;
  readonly #slots: (Slot | undefined)[] = [];
  readonly #readers = new Set<Reader>();
  /** Number of the first that is kept. */
  #first = 0;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Number of the oldest event that is still here. */
  get first(): number {
    return this.#first;
  }

  /** How many events the fastest reader has yet to read; 0: there is none. */
  get ahead(): number {
    let most = this.#readers.size === 0 ? this.next : 0;
    for (const { next } of this.#readers) most = Math.max(most, next);
    return this.next - most;
  }

  join(reader: Reader): void {
    this.#readers.add(reader);
  }

  leave(reader: Reader): void {
    this.#readers.delete(reader);
    this.#forgetRead();
  }

  add(flows: readonly HubbleFlow[]): void {
    if (this.#readers.size === 0) return;
    for (const flow of flows) {
      this.#slots[this.next % this.#capacity] = { flow, frame: undefined };
      this.next += 1;
    }
    this.#first = Math.max(this.#first, this.next - this.#capacity);
    this.#forgetRead();
    for (const reader of this.#readers) reader.wake();
  }

  get(number: number): Slot | undefined {
    return number >= this.#first && number < this.next ? this.#slots[number % this.#capacity] : undefined;
  }

  /** What all have read is kept for nobody. */
  #forgetRead(): void {
    let least = this.next;
    for (const { next } of this.#readers) least = Math.min(least, next);
    for (; this.#first < least; this.#first += 1) this.#slots[this.#first % this.#capacity] = undefined;
  }
}
