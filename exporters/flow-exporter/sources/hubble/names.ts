import { EVENT_TYPES, TRACE, TRACE_POINTS } from "../../hubble/monitor-words.ts";
import type { HubbleFlow } from "../../model/hubble-flow.ts";

/** Of DNS, as RFC 1035 and its followers number them, in the words that Hubble's own metrics have. */
const RCODES = [
  "No Error",
  "Format Error",
  "Server Failure",
  "Non-Existent Domain",
  "Not Implemented",
  "Query Refused",
];

const L7 = 129;

export function rcodeName(rcode: number): string {
  return RCODES[rcode] ?? `rcode ${rcode}`;
}

/** Type and subtype of an event, as `Trace/to-endpoint`, `Drop` or `L7/HTTP`. */
export function typeName({ type, eventType, l7 }: HubbleFlow): string {
  if (type === "L7" || eventType.type === L7) return l7?.http ? "L7/HTTP" : l7?.dns ? "L7/DNS" : "L7";
  const name = EVENT_TYPES[eventType.type] ?? type;
  return eventType.type === TRACE ? `${name}/${TRACE_POINTS[eventType.subType] ?? eventType.subType}` : name;
}
