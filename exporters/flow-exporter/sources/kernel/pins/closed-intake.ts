import type { ClosedRows } from "../rows/closed-rows.ts";

/** The closed rows of one read that have not been taken yet. */
export interface Closed {
  rows: ClosedRows;
  indexes: readonly number[];
}

/** First and last number of a run without gaps. */
export type Run = readonly [number, number];

/**
 * Takes each closed row once. The kernel shows a row until it is acknowledged, and rows can show out of order,
 * so the numbers taken since the last acknowledgement are kept.
 */
export class ClosedIntake {
  #taken: Set<number>;

  /** `taken` as an earlier exporter left them. */
  constructor(taken: readonly Run[] = []) {
    this.#taken = new Set(taken.flatMap(([first, last]) => numbersOf(first, last)));
  }

  /** How many rows have been taken and are not acknowledged. */
  get waiting(): number {
    return this.#taken.size;
  }

  /** The rows that have not been taken before; they are now. */
  take(rows: ClosedRows): Closed {
    const indexes: number[] = [];
    for (let index = 0; index < rows.length; index++) {
      const sequence = rows.sequence(index);
      if (this.#taken.has(sequence)) continue;
      this.#taken.add(sequence);
      indexes.push(index);
    }
    return { rows, indexes };
  }

  /** All that was taken will not be shown again: acknowledged, or of a tracer that is gone. */
  clear(): void {
    this.#taken.clear();
  }

  /** The numbers taken, in runs. */
  runs(): Run[] {
    const runs: [number, number][] = [];
    for (const sequence of [...this.#taken].sort((a, b) => a - b)) {
      const last = runs.at(-1);
      if (last && last[1] === sequence - 1) last[1] = sequence;
      else runs.push([sequence, sequence]);
    }
    return runs;
  }
}

function numbersOf(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
