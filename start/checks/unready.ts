import { StartError } from "../errors.ts";
import type { CheckResult } from "./types.ts";

export type Fault = Extract<CheckResult, { status: "missing" | "failed" }>;

/** Whether a result keeps the stack from starting. */
export function isFault(result: CheckResult | undefined): result is Fault {
  return result?.status === "missing" || result?.status === "failed";
}

/**
 * The error a start ends with: a single fault under its own code, several as CHECKS_FAILED.
 * @param commands what would mend them, where the user is to run it.
 */
export function unreadyError(faults: readonly Fault[], commands: readonly string[] = []): StartError {
  const [first, ...others] = faults;
  if (first && others.length === 0) {
    const fix = commands.length === 0 ? first.fix : runThese(commands);
    return new StartError(first.code, { what: headline(first), why: first.why, fix });
  }
  return new StartError("CHECKS_FAILED", {
    what: `${faults.length} prerequisites are not met`,
    why: faults.map((fault) => `${fault.code}: ${headline(fault)}: ${fault.why}`).join("\n"),
    fix: commands.length === 0 ? faults.map(({ title, fix }) => `${title}: ${fix}`).join("\n") : runThese(commands),
  });
}

function headline({ title, detail }: Fault): string {
  return `${title}: ${detail}`;
}

function runThese(commands: readonly string[]): string {
  return ["run these commands, then start again:", ...commands].join("\n");
}
