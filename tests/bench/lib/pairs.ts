import { type Spread, spreadOf } from "./stats.ts";

/** One measurement without and the next one with what is measured, in the same unit. */
export interface Pair {
  off: number;
  on: number;
}

export interface Alternation {
  pairs: number;
  /** Awaited before each pair. */
  quiet(): Promise<unknown>;
  measure(): Promise<number>;
  /** Switches on what is measured, until it is disposed of. */
  start(): Promise<AsyncDisposable>;
  onPair?(pair: Pair, index: number): void;
}

/** Measures off, on, off, on …: what changes slowly on the machine meets both alike. */
export async function alternate({ pairs, quiet, measure, start, onPair }: Alternation): Promise<Pair[]> {
  const measured: Pair[] = [];
  for (let index = 0; index < pairs; index++) {
    await quiet();
    const off = await measure();
    const pair = { off, on: await measureWith(start, measure) };
    onPair?.(pair, index);
    measured.push(pair);
  }
  return measured;
}

/** On ÷ off of each pair. @throws RangeError for no pairs. */
export function ratioOf(pairs: readonly Pair[]): Spread {
  return spreadOf(pairs.map(({ off, on }) => on / off));
}

async function measureWith(start: Alternation["start"], measure: Alternation["measure"]): Promise<number> {
  await using _running = await start();
  return await measure();
}
