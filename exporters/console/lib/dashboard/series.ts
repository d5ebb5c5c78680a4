/** One of Prometheus' series; values are pairs of seconds and a number as text. */
export interface RawSeries {
  metric: Record<string, string>;
  values: [number, string][];
}

export interface Series {
  name: string;
  labels: Readonly<Record<string, string>>;
  values: readonly (number | null)[];
}

/** Series over the same times, in seconds. */
export interface Frame {
  times: readonly number[];
  series: readonly Series[];
}

/** Every step of a range, whether a sample is there or not. */
export function stepsOf({ from, to }: { from: number; to: number }, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.round((to - from) / step) + 1) }, (_, index) => from + index * step);
}

/** Values at the steps of a range; null where there is none. */
export function onSteps(values: readonly [number, string][], from: number, step: number, count: number) {
  const placed = new Array<number | null>(count).fill(null);
  for (const [at, text] of values) {
    const index = Math.round((at - from) / step);
    const value = parseValue(text);
    if (index >= 0 && index < count) placed[index] = Number.isNaN(value) ? null : value;
  }
  return placed;
}

/** Prometheus writes +Inf where JavaScript reads Infinity. */
export function parseValue(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}

/** A series' name: by the pattern with {{label}}, else all its labels. */
export function seriesName(labels: Readonly<Record<string, string>>, pattern: string): string {
  if (pattern !== "") return pattern.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_all, label) => labels[label] ?? "");
  const { __name__: name = "", ...others } = labels;
  const text = Object.entries(others).map(([label, value]) => `${label}="${value}"`);
  return text.length === 0 ? name || "value" : `${name}{${text.join(", ")}}`;
}

/** One number for a series, by Grafana's names of calculations; undefined where there is nothing to calculate. */
export function reduce(values: readonly (number | null)[], calc: string): number | undefined {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return undefined;
  const sum = known.reduce((a, b) => a + b, 0);
  switch (calc) {
    case "mean":
      return sum / known.length;
    case "max":
      return Math.max(...known);
    case "min":
      return Math.min(...known);
    case "sum":
    case "total":
      return sum;
    case "first":
    case "firstNotNull":
      return known[0];
    default:
      return known.at(-1);
  }
}

/**
 * Each series on top of those before it; the sums, in the same order. Where a series has no sample and others have one, it
 * adds nothing, as it would leave a hole in those above it; where none has one, there is a gap.
 */
export function stack(columns: readonly (readonly (number | null)[])[]): (number | null)[][] {
  let sums: (number | null)[] = (columns[0] ?? []).map((_, at) =>
    columns.some((column) => column[at] !== null) ? 0 : null,
  );
  return columns.map((column) => {
    sums = sums.map((sum, at) => (sum === null ? null : sum + (column[at] ?? 0)));
    return sums;
  });
}

/** Runs of neighbours, each as its first and its last place, that are known, and of any two one at least is not zero. */
export function outlined(values: readonly (number | null)[]): [number, number][] {
  const runs: [number, number][] = [];
  for (let at = 1; at < values.length; at++) {
    const ends = [values[at - 1] ?? null, values[at] ?? null];
    if (ends.includes(null) || ends.every((value) => value === 0)) continue;
    const last = runs.at(-1);
    if (last?.[1] === at - 1) last[1] = at;
    else runs.push([at - 1, at]);
  }
  return runs;
}
