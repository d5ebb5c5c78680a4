import type { Pair } from "./pairs.ts";

/** A mean, and the bounds between which it is with a probability of 95 %. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** Of values that do not depend on each other. @throws RangeError for fewer than two. */
export function meanOf(values: readonly number[]): Interval {
  const count = values.length;
  if (count < 2) throw new RangeError("fewer than two values tell nothing of how far off their mean may be");
  const mean = sum(values) / count;
  const variance = sum(values.map((value) => (value - mean) ** 2)) / (count - 1);
  const half = studentsT(count - 1) * Math.sqrt(variance / count);
  return { mean, low: mean - half, high: mean + half };
}

/** On ÷ off: the geometric mean over the pairs, to which a half is as far from 1 as the double. */
export function meanRatio(pairs: readonly Pair[]): Interval {
  const { mean, low, high } = meanOf(pairs.map(({ off, on }) => Math.log(on / off)));
  return { mean: Math.exp(mean), low: Math.exp(low), high: Math.exp(high) };
}

/** The 97.5 % quantile of Student's t distribution, by Cornish and Fisher's series; exact where the series is not. */
export function studentsT(degrees: number): number {
  const exact = [12.706, 4.303, 3.182, 2.776][degrees - 1];
  if (exact !== undefined) return exact;
  const z = 1.959964;
  const [z3, z5, z7] = [z ** 3, z ** 5, z ** 7];
  const first = (z3 + z) / 4;
  const second = (5 * z5 + 16 * z3 + 3 * z) / 96;
  const third = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
