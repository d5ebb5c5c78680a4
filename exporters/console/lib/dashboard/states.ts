export interface Run {
  value: number | null;
  /** How many steps it lasted. */
  steps: number;
}

/** Neighbours of the same value as one; null where nothing is known. */
export function runsOf(values: readonly (number | null)[]): Run[] {
  const runs: Run[] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last && last.value === value) last.steps += 1;
    else runs.push({ value, steps: 1 });
  }
  return runs;
}
