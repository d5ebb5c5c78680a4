import type { Edge } from "../../../model/edge.ts";
import type { FlowDelta, WholeFlow } from "../../../model/flow-delta.ts";
import { type Counts, hasCounted, isEstablished, lifeOf, nearSocket, takeCounts } from "./flow.ts";
import type { Flow } from "./shapes.ts";

const NO_COUNTS: Counts = {
  sentBytes: 0,
  receivedBytes: 0,
  retransmits: 0,
  opened: false,
  closed: false,
  failed: false,
};

/**
 * What flows have new since they were last asked, edge by edge. Those whose edge is not known keep it until it is. `onOpened` gets
 * each that is a connection for the first time.
 */
export function drainDeltas(flows: Iterable<Flow>, onOpened?: (flow: Flow) => void): FlowDelta[] {
  const deltas: FlowDelta[] = [];
  for (const flow of flows) {
    const counts = takeCounts(flow);
    const edge = flow.relay ? undefined : flow.edge;
    const now = isEstablished(flow) ? edge : undefined;
    const before = flow.establishedOn;
    flow.establishedOn = now;
    const isElsewhere = before !== undefined && before.key !== edge?.key;
    if (isElsewhere) deltas.push(deltaOf(flow, before, NO_COUNTS, -1));
    const established = (now ? 1 : 0) - (before && !isElsewhere ? 1 : 0);
    if (edge && (counts || established !== 0)) deltas.push(deltaOf(flow, edge, counts ?? NO_COUNTS, established));
    if (edge && counts?.opened) onOpened?.(flow);
  }
  return deltas;
}

function deltaOf(flow: Flow, edge: Edge, counts: Counts, established: number): FlowDelta {
  const { sentBytes, receivedBytes, retransmits, opened, closed, failed } = counts;
  return {
    edge,
    sentBytes,
    receivedBytes,
    retransmits,
    opened: opened ? 1 : 0,
    closed: closed ? 1 : 0,
    failed: failed ? 1 : 0,
    established,
    works: hasCounted(flow.counted),
    rttSeconds: sentBytes + receivedBytes > 0 ? rttOf(flow) : undefined,
    whole: closed ? wholeOf(flow) : undefined,
  };
}

function rttOf(flow: Flow): number | undefined {
  const microseconds = nearSocket(flow)?.rttMicroseconds ?? 0;
  return microseconds > 0 ? microseconds / 1e6 : undefined;
}

function wholeOf(flow: Flow): WholeFlow {
  const { startNs, endNs } = lifeOf(flow);
  const isKnown = startNs > 0 && endNs >= startNs;
  const { sentBytes, receivedBytes } = flow.counted;
  return { bytes: sentBytes + receivedBytes, durationSeconds: isKnown ? (endNs - startNs) / 1e9 : undefined };
}
