/** A value of a feature beside the size of the same flow. */
export interface Pair {
  value: number;
  size: number;
}

/** How many neighbours tell a size: their mean is less of a guess than one alone. */
const NEIGHBOURS = 3;
/** Of a group; fewer say nothing. */
const MIN_HELD_OUT = 10;

/** Spearman's rank correlation, from -1 to 1; undefined: one of both never changes. */
export function rankCorrelation(pairs: readonly Pair[]): number | undefined {
  const values = ranks(pairs.map(({ value }) => value));
  const sizes = ranks(pairs.map(({ size }) => size));
  const spread = deviation(values, values) * deviation(sizes, sizes);
  return spread > 0 ? deviation(values, sizes) / Math.sqrt(spread) : undefined;
}

/**
 * How much of the sizes' logarithms a feature explains, as R² on pairs it was not learnt from: in each group, every other pair is told by
 * those of the rest whose values are nearest, whatever the form of the relation. 1: all; 0 and less: nothing beyond the group's mean.
 * Undefined: there is nothing to explain, or nothing that could.
 */
export function explained(groups: readonly (readonly Pair[])[]): number | undefined {
  const parts = groups.flatMap((pairs) => halves(pairs) ?? []);
  const all = sumOf(parts, ({ learnt, heldOut }) => {
    const mean = average(learnt.map(logarithm));
    return sumOf(heldOut, (pair) => (logarithm(pair) - mean) ** 2);
  });
  const unexplained = sumOf(parts, ({ learnt, heldOut }) =>
    sumOf(heldOut, (pair) => (logarithm(pair) - nearest(learnt, pair.value)) ** 2),
  );
  return all > 0 ? 1 - unexplained / all : undefined;
}

/** Pairs to learn from, by value, and those to tell; undefined: these are too few, or values or sizes are all the same. */
function halves(pairs: readonly Pair[]): { learnt: readonly Pair[]; heldOut: readonly Pair[] } | undefined {
  const learnt = pairs.filter((_, place) => place % 2 === 0).toSorted((one, other) => one.value - other.value);
  const heldOut = pairs.filter((_, place) => place % 2 === 1);
  const changes = learnt.at(0)?.value !== learnt.at(-1)?.value && pairs.some(({ size }) => size !== pairs[0]?.size);
  return changes && heldOut.length >= MIN_HELD_OUT ? { learnt, heldOut } : undefined;
}

/** The mean of those with the nearest values; those that are as near as the last of them count, too. */
function nearest(learnt: readonly Pair[], value: number): number {
  const distance = (at: number) => Math.abs((learnt[at]?.value ?? Number.POSITIVE_INFINITY) - value);
  let to = firstNotBelow(learnt, value);
  let from = to;
  let farthest = 0;
  while (to - from < learnt.length) {
    const next = Math.min(distance(from - 1), distance(to));
    if (to - from >= NEIGHBOURS && next > farthest) break;
    farthest = next;
    if (distance(from - 1) <= distance(to)) from--;
    else to++;
  }
  return average(learnt.slice(from, to).map(logarithm));
}

function firstNotBelow(sorted: readonly Pair[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.value ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const places = values.map((_, place) => place).sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0));
  const ranked = new Array<number>(values.length).fill(0);
  for (let from = 0; from < places.length; ) {
    let to = from;
    while (to < places.length && values[places[to] ?? 0] === values[places[from] ?? 0]) to++;
    for (const place of places.slice(from, to)) ranked[place] = (from + to + 1) / 2;
    from = to;
  }
  return ranked;
}

/** The sum of the products of what both are away from their means. */
function deviation(ones: readonly number[], others: readonly number[]): number {
  const [one, other] = [average(ones), average(others)];
  return ones.reduce((sum, value, place) => sum + (value - one) * ((others[place] ?? 0) - other), 0);
}

function logarithm({ size }: Pair): number {
  return Math.log(size);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sumOf<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
