/** What a machine goes through, in this order; each is a column of the table. */
export const STEPS = ["boot", "engine", "start", "healthy", "flow", "vip", "ingress", "stop"] as const;
export type StepName = (typeof STEPS)[number];

export interface Step {
  name: StepName;
  ok: boolean;
  /** What was seen, in a few words; for a failure its reason. */
  detail: string;
}

const MARK = "@@";

/** One step as the job inside prints it: on a line of its own. */
export function printStep({ name, ok, detail }: Step): string {
  return `${MARK} ${name} ${ok ? "ok" : "failed"} ${detail.replaceAll("\n", " | ")}`;
}

/** The step a line tells of; undefined for any other line. */
export function parseStep(line: string): Step | undefined {
  const [, word, result, detail = ""] = /^@@ (\w+) (ok|failed) ?(.*)$/.exec(line) ?? [];
  const name = STEPS.find((step) => step === word);
  return name && { name, ok: result === "ok", detail };
}
