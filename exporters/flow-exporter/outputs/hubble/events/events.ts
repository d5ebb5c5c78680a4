import { DROP, TRACE } from "../../../hubble/monitor-words.ts";
import type { FlowRecord } from "../../../model/flow-record.ts";
import type { HubbleFlow } from "../../../model/hubble-flow.ts";
import { ACK, type End, endOf, isProhibited, SYN } from "./end.ts";
import { hubbleEndpoint, hubbleNames, hubbleService } from "./endpoint.ts";
import { summaryOf } from "./summary.ts";
import { uuidOf } from "./uuid.ts";

/** Why it was dropped, and where what was seen on its way was seen, by Cilium's numbers. */
const POLICY_DENIED = 133;
const POINT = { toEndpoint: 0, toStack: 3, toNetwork: 11 } as const;
const NO_FLAGS: readonly string[] = [];

/** Whose flows they are, and by which clock their times are told. */
export interface Origin {
  node: string;
  /** When this machine booted, milliseconds since 1970. */
  bootMs: number;
}

/** What may be told of a flow: that it began, that it was there as we came, that it ended. */
export type EventKind = "opened" | "seen" | "ended";

const BEGUN: End = { verdict: "FORWARDED", dropReason: "", flags: SYN, isReply: false, note: "" };
const SEEN: End = { ...BEGUN, flags: ACK };

/** How it is known that a flow began: by its start, or by that it is there though it is older than the tracer. */
export function beginningOf(flow: FlowRecord): EventKind | undefined {
  const { startNs, endNs, open, edge } = flow;
  // Its one segment that was seen is the one that was dropped.
  if (flow.failed && isProhibited(flow)) return undefined;
  if (startNs > 0) return "opened";
  // A socket of UDP that asks again begins a flow whose start is not told.
  if (edge.protocol === "udp") return open || endNs > 0 ? "opened" : undefined;
  return open ? "seen" : undefined;
}

/** Whether its end is an event: UDP has nothing that ends it. */
export function hasEnd({ open, endNs, edge }: FlowRecord): boolean {
  return !open && endNs > 0 && edge.protocol === "tcp";
}

/** When it was, nanoseconds since boot; `seenNs`: when the flow was seen for the first time, where nobody knows its start. */
export function timeNs(flow: FlowRecord, kind: EventKind, seenNs: number): number {
  if (kind === "ended") return flow.endNs;
  return flow.startNs || (kind === "opened" && flow.endNs) || seenNs;
}

/** An event of a flow, in Hubble's terms. */
export function eventOf(flow: FlowRecord, kind: EventKind, atNs: number, { node, bootMs }: Origin): HubbleFlow {
  const isUdp = flow.edge.protocol === "udp";
  const end = kind === "ended" ? endOf(flow) : kind === "seen" ? SEEN : BEGUN;
  const flags = isUdp ? NO_FLAGS : end.flags;
  const ends = endsOf(flow, end.isReply);
  return {
    uuid: uuidOf(keyOf(flow, kind)),
    timeMs: bootMs + atNs / 1e6,
    nodeName: node,
    verdict: end.verdict,
    dropReason: end.dropReason,
    ...ends,
    l4: { protocol: isUdp ? "UDP" : "TCP", ...portsOf(flow, end.isReply), flags },
    type: "L3_L4",
    eventType:
      end.verdict === "DROPPED"
        ? { type: DROP, subType: POLICY_DENIED }
        : { type: TRACE, subType: pointOf(flow, end.isReply) },
    isReply: end.verdict === "DROPPED" ? undefined : end.isReply,
    direction: flow.seen === "client" ? "EGRESS" : "INGRESS",
    l7: undefined,
    summary: summaryOf(flow, flags, end.note, kind !== "opened" || isUdp),
  };
}

/** From who has sent what is told of: the client, but for the server's answer. */
function endsOf(flow: FlowRecord, isReply: boolean) {
  const { source, destination } = flow.edge;
  const client = {
    owner: source,
    address: flow.sourceAddress,
    endpoint: hubbleEndpoint(source),
    service: hubbleService(source),
  };
  const server = {
    owner: destination,
    address: flow.destinationAddress,
    endpoint: hubbleEndpoint(destination),
    service: hubbleService(destination),
  };
  const [from, to] = isReply ? [server, client] : [client, server];
  return {
    sourceAddress: from.address,
    destinationAddress: to.address,
    source: from.endpoint,
    destination: to.endpoint,
    sourceNames: hubbleNames(from.owner),
    destinationNames: hubbleNames(to.owner),
    sourceService: from.service,
    destinationService: to.service,
  };
}

function portsOf({ sourcePort, destinationAddressPort }: FlowRecord, isReply: boolean) {
  return isReply
    ? { sourcePort: destinationAddressPort, destinationPort: sourcePort }
    : { sourcePort, destinationPort: destinationAddressPort };
}

/** Where Cilium would have seen it: on its way into an endpoint of this machine, out to the network, or somewhere between. */
function pointOf({ seen, edge }: FlowRecord, isReply: boolean): number {
  if (seen !== "client" || isReply) return POINT.toEndpoint;
  const { kind } = edge.destination;
  return kind === "world" || kind === "node" || kind === "service" ? POINT.toNetwork : POINT.toStack;
}

/** One for each connection, from its beginning to its end. */
function keyOf(flow: FlowRecord, kind: EventKind): string {
  const { edge, sourceAddress, sourcePort, destinationAddress, destinationAddressPort, startNs, incarnation } = flow;
  const tuple = `${edge.protocol} ${sourceAddress} ${sourcePort} ${destinationAddress} ${destinationAddressPort}`;
  return `${tuple} ${startNs} ${incarnation} ${kind}`;
}
