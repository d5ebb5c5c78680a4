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

/** Of Cilium's monitor, by number: what an event's subtype means depends on its type. */
const TYPES: Readonly<Record<number, string>> = {
  1: "Drop",
  3: "Capture",
  4: "Trace",
  5: "PolicyVerdict",
  7: "TraceSock",
};
const TRACE = 4;
const L7 = 129;
/** Where a trace has seen a packet, by its subtype. */
const POINTS = [
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

export function rcodeName(rcode: number): string {
  return RCODES[rcode] ?? `rcode ${rcode}`;
}

/** Type and subtype of an event, as `Trace/to-endpoint`, `Drop` or `L7/HTTP`. */
export function typeName({ type, eventType, l7 }: HubbleFlow): string {
  if (type === "L7" || eventType.type === L7) return l7?.http ? "L7/HTTP" : l7?.dns ? "L7/DNS" : "L7";
  const name = TYPES[eventType.type] ?? type;
  return eventType.type === TRACE ? `${name}/${POINTS[eventType.subType] ?? eventType.subType}` : name;
}
