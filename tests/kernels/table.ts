import { renderTable } from "../../start/render/table.ts";
import { countOf, faultsOf, loads, type Outcome } from "./outcome.ts";

/** The kernels with what became of them, and below them all that is wrong. */
export function renderOutcomes(outcomes: readonly Outcome[]): string {
  const head = ["KERNEL", "RELEASE", "LOADS", "PASSED", "FAILED", "SKIPPED", "TIME"];
  const table = renderTable([head, ...outcomes.map(row)]);
  const remarks = outcomes.flatMap((outcome) => [
    ...skipsOf(outcome).map((skip) => `${outcome.name}: skipped: ${skip}`),
    ...faultsOf(outcome).map((fault) => `${outcome.name}: FAILED: ${fault}`),
  ]);
  return [table, ...(remarks.length > 0 ? ["", ...remarks] : [])].join("\n");
}

function row(outcome: Outcome): string[] {
  const counts = (["passed", "failed", "skipped"] as const).map((each) => `${countOf(outcome, each)}`);
  return [outcome.name, outcome.release, loads(outcome) ? "yes" : "no", ...counts, `${Math.round(outcome.seconds)} s`];
}

function skipsOf({ results }: Outcome): string[] {
  const skipped = results.filter(({ outcome }) => outcome === "skipped");
  return skipped.map(({ file, name, reason }) => `${file}: ${name}: ${reason}`);
}
