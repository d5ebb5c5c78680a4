import type { TestEvent } from "node:test/reporters";

/** What a line of the guest begins with that has a Result as JSON. */
export const RESULT = "RESULT ";

/** What becomes of one test. */
export interface Result {
  /** Its file's name, without folder and ending. */
  file: string;
  name: string;
  outcome: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped; empty otherwise. */
  reason: string;
  milliseconds: number;
}

/** A reporter for `node --test` whose lines another machine can read. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    const result = resultOf(event);
    if (result) yield `${RESULT}${JSON.stringify(result)}\n`;
  }
}

function resultOf(event: TestEvent): Result | undefined {
  if (event.type !== "test:pass" && event.type !== "test:fail") return undefined;
  const { file = "", name, skip, details } = event.data;
  const failed = event.type === "test:fail";
  const skipped = skip !== undefined && skip !== false;
  // A suite's own line says nothing new, unless its hook failed or all of it was skipped.
  if (details.type === "suite" && !skipped && !(failed && isOwn(event))) return undefined;
  return {
    file: file.replace(/^.*\//, "").replace(/\.test\.\w+$/, ""),
    name,
    outcome: failed ? "failed" : skipped ? "skipped" : "passed",
    reason: failed ? reasonOf(event) : typeof skip === "string" ? skip : "",
    milliseconds: Math.round(details.duration_ms),
  };
}

/** A suite also fails because of its tests, which have lines of their own. */
function isOwn(event: Extract<TestEvent, { type: "test:fail" }>): boolean {
  return (event.data.details.error as { failureType?: string }).failureType !== "subtestsFailed";
}

function reasonOf(event: Extract<TestEvent, { type: "test:fail" }>): string {
  const { cause, message } = event.data.details.error;
  return cause instanceof Error ? cause.message : message;
}
