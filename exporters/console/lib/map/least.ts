/** The first of those with the least cost. */
export function leastBy<T>(all: readonly T[], costOf: (one: T) => number): T | undefined {
  const costs = all.map(costOf);
  return all[costs.indexOf(Math.min(...costs))];
}
