import type { Interval } from "./interval.ts";

/** What a figure should be: at least, or at most. */
export type Goal = { least: number } | { most: number };

function isMet(value: number, goal: Goal): boolean {
  return "least" in goal ? value >= goal.least : value <= goal.most;
}

/**
 * "≥ 0.99 met" or "≥ 0.99 missed" where all that the mean may be is on one side of the goal, else
 * "≥ 0.99 cannot tell, ± 0.03"; empty where there is no goal.
 */
export function judged({ low, high }: Interval, goal: Goal | undefined): string {
  if (!goal) return "";
  if (isMet(low, goal) === isMet(high, goal)) return verdict(low, goal);
  return `${boundOf(goal)} cannot tell, ± ${((high - low) / 2).toPrecision(2)}`;
}

/** "≥ 0.99 met", "≤ 80 missed"; empty where there is no goal. */
export function verdict(value: number, goal: Goal | undefined): string {
  if (!goal) return "";
  return `${boundOf(goal)} ${isMet(value, goal) ? "met" : "missed"}`;
}

function boundOf(goal: Goal): string {
  return "least" in goal ? `≥ ${goal.least}` : `≤ ${goal.most}`;
}
