import type { FlowSink } from "./model/flow-source.ts";

/** One sink that hands all it gets to each of `sinks`, in their order. */
export function allOf(sinks: readonly FlowSink[]): FlowSink {
  return {
    name: sinks.map(({ name }) => name).join(", "),
    add: (deltas, nowMs) => {
      for (const sink of sinks) sink.add(deltas, nowMs);
    },
    apply: (deltas, nowMs) => {
      for (const sink of sinks) sink.apply(deltas, nowMs);
    },
  };
}
