import type { Flow } from "../api/types.ts";
import { failureText } from "../lib/failures.ts";

/** A flow's state as a word; what failed stands out. */
export function State({ flow }: { flow: Flow }) {
  const { failed, error, end, state } = flow;
  if (failed) {
    return (
      <span class="state failed" title={error === null ? "The client gave up" : error}>
        {failureText(error)}
      </span>
    );
  }
  if (end === null) return <span class="state open">{state.toLowerCase().replaceAll("_", " ")}</span>;
  return <span class="state closed">{error === null ? "closed" : failureText(error)}</span>;
}
