import { Words } from "./fields.ts";

export const VERDICTS = new Words("flow.Verdict", "VERDICT_");
export const DROP_REASONS = new Words("flow.DropReason", "DROP_REASON_");
export const FLOW_TYPES = new Words("flow.FlowType", "FLOW_TYPE_");
export const DIRECTIONS = new Words("flow.TrafficDirection", "TRAFFIC_DIRECTION_");
export const L7_TYPES = new Words("flow.L7FlowType", "L7_TYPE_");
export const LOST_SOURCES = new Words("flow.LostEventSource", "LOST_EVENT_SOURCE_");
export const NODE_STATES = new Words("relay.NodeState", "NODE_STATE_");

/** Of Cilium's monitor, by number: what an event's subtype means depends on its type. */
export const EVENT_TYPES: Readonly<Record<number, string>> = {
  1: "Drop",
  3: "Capture",
  4: "Trace",
  5: "PolicyVerdict",
  7: "TraceSock",
};
export const DROP = 1;
export const TRACE = 4;
/** Where a trace has seen a packet, by its subtype. */
export const TRACE_POINTS: readonly string[] = [
  "to-endpoint",
  "to-proxy",
  "to-host",
  "to-stack",
  "to-overlay",
  "from-endpoint",
  "from-proxy",
  "from-host",
  "from-stack",
  "from-overlay",
  "from-network",
  "to-network",
  "from-crypto",
  "to-crypto",
];
