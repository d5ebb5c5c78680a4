import { LOAD } from "./job.ts";
import { RESULT, type Result } from "./reporter.ts";

/** What a kernel made of the tracer and its tests. */
export interface Outcome {
  /** Its series, "6.12". */
  name: string;
  /** What `uname -r` says in it. */
  release: string;
  /** What the tracer printed as it was loaded, in its own lines of JSON. */
  said: readonly string[];
  results: readonly Result[];
  /** Why the guest as a whole came to no good end, "" where it did. */
  trouble: string;
  seconds: number;
}

/** Adds one line of a guest; false where it is neither a result nor the tracer's. */
export function take(told: { said: string[]; results: Result[] }, line: string): boolean {
  if (line.startsWith(LOAD)) told.said.push(line.slice(LOAD.length));
  else if (line.startsWith(RESULT)) told.results.push(JSON.parse(line.slice(RESULT.length)) as Result);
  else return false;
  return true;
}

export function loads({ said }: Pick<Outcome, "said">): boolean {
  return said.some((line) => line.includes('"code":"READY"'));
}

export function countOf({ results }: Pick<Outcome, "results">, outcome: Result["outcome"]): number {
  return results.filter((result) => result.outcome === outcome).length;
}

/** All that is wrong, a line each; empty where the tracer loads and every test that could run passed. */
export function faultsOf(outcome: Outcome): string[] {
  const failed = outcome.results.filter((result) => result.outcome === "failed");
  return [
    ...(loads(outcome) ? [] : ["the tracer does not load", ...outcome.said]),
    ...(outcome.trouble === "" ? [] : [outcome.trouble]),
    ...failed.map(({ file, name, reason }) => `${file}: ${name}: ${reason}`),
    ...(countOf(outcome, "passed") > 0 ? [] : ["no test passed"]),
  ];
}
