import type { Flow } from "../api/types.ts";

/** A flow's state as a word; what failed stands out. */
export function State({ flow }: { flow: Flow }) {
  const { failed, error, end, state } = flow;
  if (failed) {
    const text = error === null ? "failed" : `failed: ${error}`;
    return (
      <span class="state failed" title={text}>
        {text}
      </span>
    );
  }
  return <span class={`state ${end === null ? "open" : "closed"}`}>{state.toLowerCase().replaceAll("_", " ")}</span>;
}
