import type { HubbleEvent } from "./event.ts";
import { eventFields, eventOf } from "./event-fields.ts";
import { HubbleFault } from "./fault.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import { flowOf } from "./flow-fields.ts";
import { messageType } from "./messages.ts";
import { protoJson } from "./proto-json.ts";

const RESPONSE = messageType("observer.GetFlowsResponse");

/** In the envelope that `hubble observe -o jsonpb` and the flow exporter write. */
const KINDS = ["flow", "lost_events", "lostEvents", "node_status", "nodeStatus"];
const OTHERS = ["agent_event", "agentEvent", "debug_event", "debugEvent"];
/** Of a flow without one, as `-o json` writes it: one of these a flow always has. */
const OF_A_FLOW = ["verdict", "IP", "l4", "Type", "Summary", "event_type", "eventType"];

/** What a line of JSON says. @throws HubbleFault `no_json`, `no_event` or `bad_field` */
export function readEvent(line: string): HubbleEvent {
  const fields = parse(line);
  const has = (name: string) => fields[name] !== undefined && fields[name] !== null;
  if (KINDS.some(has) || OTHERS.some(has)) return eventOf(fields);
  if (!OF_A_FLOW.some(has)) throw new HubbleFault("no_event", "it has neither flow nor lost_events nor node_status");
  const flow = flowOf(fields);
  return { kind: "flow", flow, nodeName: flow.nodeName, timeMs: flow.timeMs };
}

function parse(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new HubbleFault("no_json", error instanceof Error ? error.message : String(error));
  }
  if (Array.isArray(value) || typeof value !== "object" || value === null) {
    throw new HubbleFault("no_event", "it is no object");
  }
  return fieldsOf(value, "line") ?? {};
}

/** An event as a line of JSON, without the line's end, as `hubble observe -o jsonpb` prints it. */
export function writeEvent(event: HubbleEvent): string {
  return JSON.stringify(protoJson(RESPONSE, eventFields(event)));
}
