/**
 * Upper bounds of the buckets, in base units; what is larger falls into the last, unbounded one. Each is a series of each
 * edge (docs/decisions/0018-buckets.md).
 */
export const BUCKETS = {
  rtt: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25],
  duration: [0.01, 0.1, 1, 10, 60, 600],
  size: [1e3, 1e4, 1e5, 1e6, 1e7, 1e8],
} as const;

/** Observations by size: one count for each bound and one for what is beyond, not cumulative. */
export interface Histogram {
  counts: number[];
  sum: number;
}

export function createHistogram(bounds: readonly number[]): Histogram {
  return { counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
}

export function observe(histogram: Histogram, bounds: readonly number[], value: number): void {
  let bucket = 0;
  while (bucket < bounds.length && value > (bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
  histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
  histogram.sum += value;
}

/** The counts of a histogram by other bounds: each bucket goes to the one that its upper bound is in. */
export function rebucketed(counts: readonly number[], from: readonly number[], to: readonly number[]): number[] {
  const { counts: moved } = createHistogram(to);
  for (const [bucket, count] of counts.entries()) {
    const upper = from[bucket] ?? Number.POSITIVE_INFINITY;
    const index = to.findIndex((bound) => upper <= bound);
    const target = index === -1 ? to.length : index;
    moved[target] = (moved[target] ?? 0) + count;
  }
  return moved;
}

/** How many there were. */
export function observations({ counts }: Histogram): number {
  let all = 0;
  for (const count of counts) all += count;
  return all;
}
