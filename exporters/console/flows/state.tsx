import type { Flow } from "../api/types.ts";
import { failureText } from "../lib/failures.ts";

/** A flow's state as a word; what failed stands out. */
export function State({ flow }: { flow: Flow }) {
  const { failed, error, end, state, observed } = flow;
  // Of a packet that never arrived nobody knows how its connection ended.
  if (failed && observed) return <span class="state failed">not answered</span>;
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

/** What became of the last packet that others have seen; what did not get through stands out. */
export function Verdict({ of: { verdict, drop_reason } }: { of: NonNullable<Flow["observed"]> }) {
  const isBad = verdict === "DROPPED" || verdict === "ERROR";
  return (
    <span class={isBad ? "trouble" : ""} title={drop_reason || verdict}>
      {verdict.toLowerCase()}
    </span>
  );
}
