/** What a figure should be: at least, or at most. */
export type Goal = { least: number } | { most: number };

function isMet(value: number, goal: Goal): boolean {
  return "least" in goal ? value >= goal.least : value <= goal.most;
}

/** "≥ 0.99 met", "≤ 80 missed"; empty where there is no goal. */
export function verdict(value: number, goal: Goal | undefined): string {
  if (!goal) return "";
  const bound = "least" in goal ? `≥ ${goal.least}` : `≤ ${goal.most}`;
  return `${bound} ${isMet(value, goal) ? "met" : "missed"}`;
}
