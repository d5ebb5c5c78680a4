import type { TimedStep } from "./run-machine.ts";
import { STEPS } from "./steps.ts";

/** What came of one machine. */
export interface Outcome {
  name: string;
  steps: readonly TimedStep[];
  seconds: number;
  /** Why it came to no end, where it did not. */
  error?: string;
}

/** Whether every step was done and went well. */
export function isPassed({ steps, error }: Outcome): boolean {
  return error === undefined && STEPS.every((name) => steps.find((step) => step.name === name)?.ok === true);
}

/** Rows of a table: one machine each, what it is made of, and the seconds each step took or that it failed. */
export function tableOf(outcomes: readonly Outcome[]): string[][] {
  const heading = ["machine", "kernel", "engine", ...STEPS, "seconds", "result"];
  return [heading, ...outcomes.map(rowOf)];
}

function rowOf(outcome: Outcome): string[] {
  const { name, steps, seconds } = outcome;
  const detail = (step: "boot" | "engine", word: number) =>
    steps.find((one) => one.name === step)?.detail.split(", ")[word] ?? "?";
  const cells = STEPS.map((step) => cellOf(steps.find((one) => one.name === step)));
  const result = isPassed(outcome) ? "passed" : "failed";
  return [name, detail("boot", 1), detail("engine", 0), ...cells, seconds.toFixed(0), result];
}

function cellOf(step: TimedStep | undefined): string {
  if (step === undefined) return "-";
  return step.ok ? `${step.seconds.toFixed(0)} s` : "failed";
}
