export interface Step {
  /** From here on; −∞ for the first. */
  from: number;
  /** Grafana's name of a colour. */
  color: string;
}

/** What a step says, whatever its colour is called. */
export type Level = "normal" | "good" | "warn" | "bad";

const LEVELS: readonly (readonly [RegExp, Level])[] = [
  [/red/, "bad"],
  [/orange|yellow/, "warn"],
  [/green/, "good"],
];

/** Steps from the lowest up. */
export function parseSteps(raw: readonly { value?: number | null; color?: string }[]): Step[] {
  const steps = raw.map(({ value, color = "" }) => ({ from: value ?? Number.NEGATIVE_INFINITY, color }));
  return steps.sort((a, b) => a.from - b.from);
}

/** The level of a value. With `percentOf`, steps are per cent of that range. */
export function levelOf(value: number, steps: readonly Step[], percentOf?: { min: number; max: number }): Level {
  const size = percentOf ? ((value - percentOf.min) / (percentOf.max - percentOf.min)) * 100 : value;
  const step = steps.findLast(({ from }) => size >= from);
  return levelOfColor(step?.color ?? "");
}

export function levelOfColor(color: string): Level {
  return LEVELS.find(([name]) => name.test(color))?.[1] ?? "normal";
}
