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
  let all = 0;
  let unexplained = 0;
  for (const pairs of groups) {
    const learnt = knotsOf(pairs.filter((_, place) => place % 2 === 0));
    const heldOut = pairs.filter((_, place) => place % 2 === 1);
    const isFlat = learnt.length < 2 || pairs.every(({ size }) => size === pairs[0]?.size);
    if (isFlat || heldOut.length < MIN_HELD_OUT) continue;
    const mean = meanOf(learnt);
    for (const { value, size } of heldOut) {
      all += (Math.log(size) - mean) ** 2;
      unexplained += (Math.log(size) - meanOf(nearest(learnt, value))) ** 2;
    }
  }
  return all > 0 ? 1 - unexplained / all : undefined;
}

/** All pairs of one value. */
interface Knot {
  value: number;
  count: number;
  /** Of the logarithms of their sizes. */
  sum: number;
}

/** The lowest value first. */
function knotsOf(pairs: readonly Pair[]): Knot[] {
  const knots = new Map<number, Knot>();
  for (const { value, size } of pairs) {
    const knot = knots.get(value) ?? { value, count: 0, sum: 0 };
    knots.set(value, knot);
    knot.count += 1;
    knot.sum += Math.log(size);
  }
  return [...knots.values()].sort((one, other) => one.value - other.value);
}

/** As many of the nearest as are needed; of two that are equally near, both. */
function nearest(knots: readonly Knot[], value: number): Knot[] {
  const found: Knot[] = [];
  let above = firstNotBelow(knots, value);
  let below = above - 1;
  for (let count = 0; count < NEIGHBOURS; ) {
    const [lower, upper] = [knots[below], knots[above]];
    const toLower = lower ? value - lower.value : Number.POSITIVE_INFINITY;
    const toUpper = upper ? upper.value - value : Number.POSITIVE_INFINITY;
    if (!lower && !upper) break;
    if (lower && toLower <= toUpper) {
      found.push(lower);
      count += lower.count;
      below--;
    }
    if (upper && toUpper <= toLower) {
      found.push(upper);
      count += upper.count;
      above++;
    }
  }
  return found;
}

function firstNotBelow(knots: readonly Knot[], value: number): number {
  let low = 0;
  let high = knots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((knots[middle]?.value ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function meanOf(knots: readonly Knot[]): number {
  let [sum, count] = [0, 0];
  for (const knot of knots) {
    sum += knot.sum;
    count += knot.count;
  }
  return sum / count;
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

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
