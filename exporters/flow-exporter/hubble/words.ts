import { Words } from "./fields.ts";

export const VERDICTS = new Words("flow.Verdict", "VERDICT_");
export const DROP_REASONS = new Words("flow.DropReason", "DROP_REASON_");
export const FLOW_TYPES = new Words("flow.FlowType", "FLOW_TYPE_");
export const DIRECTIONS = new Words("flow.TrafficDirection", "TRAFFIC_DIRECTION_");
export const L7_TYPES = new Words("flow.L7FlowType", "L7_TYPE_");
export const LOST_SOURCES = new Words("flow.LostEventSource", "LOST_EVENT_SOURCE_");
export const NODE_STATES = new Words("relay.NodeState", "NODE_STATE_");
