import { LOAD } from "./job.ts";
import type { Result } from "./reporter.ts";

/** What a kernel made of the tracer and its tests. */
export interface Outcome {
  /** Its series, "6.12". */
  name: string;
  /** What `uname -r` says in it. */
  release: string;
  loads: boolean;
  /** The tracer's own words where it did not load. */
  said: readonly string[];
  results: readonly Result[];
  /** Why the guest as a whole came to no good end, "" where it did. */
  trouble: string;
  seconds: number;
}

/** Sorts a guest's lines; what is neither a result nor the tracer's is left to the caller. */
export function createIntake(): { take(line: string): boolean; said: string[]; results: Result[]; loads(): boolean } {
  const said: string[] = [];
  const results: Result[] = [];
  return {
    said,
    results,
    loads: () => said.some((line) => line.includes('"code":"READY"')),
    take: (line) => {
      if (line.startsWith(LOAD)) said.push(line.slice(LOAD.length));
      else if (line.startsWith("RESULT ")) results.push(JSON.parse(line.slice("RESULT ".length)) as Result);
      else return false;
      return true;
    },
  };
}

export function countOf({ results }: Pick<Outcome, "results">, outcome: Result["outcome"]): number {
  return results.filter((result) => result.outcome === outcome).length;
}

/** Whether the tracer loads there and every test that could run passed. */
export function isGood(outcome: Outcome): boolean {
  return outcome.loads && outcome.trouble === "" && countOf(outcome, "failed") === 0 && countOf(outcome, "passed") > 0;
}

/** All that is wrong, a line each; empty for a good outcome. */
export function faultsOf(outcome: Outcome): string[] {
  const failed = outcome.results.filter((result) => result.outcome === "failed");
  return [
    ...(outcome.loads ? [] : ["the tracer does not load", ...outcome.said]),
    ...(outcome.trouble === "" ? [] : [outcome.trouble]),
    ...failed.map(({ file, name, reason }) => `${file}: ${name}: ${reason}`),
    ...(countOf(outcome, "passed") > 0 ? [] : ["no test passed"]),
  ];
}
