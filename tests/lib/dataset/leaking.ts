import type { RecordedFlow } from "../../../exporters/flow-exporter/dataset/recorded.ts";
import type { Recording } from "../../../exporters/flow-exporter/dataset/rows.ts";

/** Ways to record that give a flow's size away, by name: what a recorder must not do, made of a recording that does not. */
export const LEAKING: Readonly<Record<string, (recording: Recording) => Recording>> = {
  "its own bytes in the aggregates": (recording) => ({
    ...recording,
    flows: recording.flows.map((flow) => withSent(flow, flow.bytes, flow.bytes)),
  }),
  "aggregates of the sample after the flow began": (recording) => ({
    ...recording,
    flows: recording.flows.map((flow) => {
      const at = recording.samples.find(({ endedNs }) => endedNs >= flow.startNs)?.endedNs ?? flow.startNs;
      const meanwhile = recording.flows.filter(
        ({ containerId, startNs }) => containerId === flow.containerId && startNs >= flow.startNs && startNs <= at,
      );
      const toPeer = meanwhile.filter(({ destinationAddress }) => destinationAddress === flow.destinationAddress);
      return withSent(flow, sentUntil(meanwhile, at), sentUntil(toPeer, at));
    }),
  }),
  "counters of the interval that the flow is in": (recording) => ({
    ...recording,
    samples: recording.samples.map((sample, place, all) => ({
      ...sample,
      endedNs: all[place - 1]?.endedNs ?? 0,
    })),
  }),
};

function withSent(flow: RecordedFlow, bytes: number, toPeer: number): RecordedFlow {
  const { before, beforeWithPeer } = flow;
  return {
    ...flow,
    before: { ...before, sentBytes: before.sentBytes + bytes },
    beforeWithPeer: { ...beforeWithPeer, sentBytes: beforeWithPeer.sentBytes + toPeer },
  };
}

/** As if each flow had sent evenly from its first byte to its last. */
function sentUntil(flows: readonly RecordedFlow[], ns: number): number {
  return flows.reduce((sum, { startNs, lastNs, bytes }) => {
    const share = ns >= lastNs ? 1 : (ns - startNs) / (lastNs - startNs);
    return sum + Math.round(bytes * share);
  }, 0);
}
