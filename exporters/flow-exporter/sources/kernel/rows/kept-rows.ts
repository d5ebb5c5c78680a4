import type { FlowRows } from "./flow-rows.ts";

/** Rows that have been read and still have to be written down, by what distinguishes one from another. */
export class KeptRows<Rows extends FlowRows> {
  readonly #keyOf: (rows: Rows, index: number) => number;
  #kept: ReadonlyMap<number, Uint8Array>;

  /** Goes on from rows that were written down. */
  constructor(rows: Rows, keyOf: (rows: Rows, index: number) => number) {
    this.#keyOf = keyOf;
    this.#kept = new Map(this.#copies(rows, () => true));
  }

  /** Keeps those of `wanted` that are in `shown` or were kept before, and no others. @returns their bytes. */
  keep(wanted: ReadonlySet<number>, shown: Rows | undefined): Uint8Array {
    const before = [...this.#kept].filter(([key]) => wanted.has(key));
    const now = shown ? this.#copies(shown, (key) => wanted.has(key)) : [];
    this.#kept = new Map([...before, ...now]);
    return Buffer.concat([...this.#kept.values()]);
  }

  *#copies(rows: Rows, isWanted: (key: number) => boolean): Generator<[number, Uint8Array]> {
    for (let index = 0; index < rows.length; index++) {
      const key = this.#keyOf(rows, index);
      if (isWanted(key)) yield [key, rows.bytes(index)];
    }
  }
}
