import { type Amounts, NO_AMOUNTS } from "../../../model/flow-delta.ts";
import { hasLeft, stateOf } from "./flow-socket.ts";
import type { Counted, Flow, FlowSocket } from "./shapes.ts";

/** What one reading adds to what a flow has counted. */
export interface Counts extends Amounts {
  retransmits: number;
  opened: boolean;
  closed: boolean;
  /** The connect was refused, timed out or was abandoned. */
  failed: boolean;
}

const NOTHING_COUNTED: Counted = {
  sentBytes: 0,
  receivedBytes: 0,
  retransmits: 0,
  opened: false,
  ended: false,
  clientSeen: false,
};

export function createFlow(since: number, sinceNs: number): Flow {
  const counted = { ...NOTHING_COUNTED };
  return {
    client: undefined,
    server: undefined,
    edge: undefined,
    relay: false,
    since,
    sinceNs,
    triedIn: undefined,
    allotted: NO_AMOUNTS,
    counted,
    answeredNs: 0,
    again: false,
    establishedOn: undefined,
  };
}

/** The socket that the state of the flow is read from: the client's while it is open and has not gone on in another flow. */
export function openSocket(flow: Flow): FlowSocket | undefined {
  if (flow.answeredNs > 0) return undefined;
  return own(flow, flow.client, true) ?? own(flow, flow.server, true);
}

/** The socket that the state of the flow is read from, or the last of it. */
export function nearSocket(flow: Flow): FlowSocket | undefined {
  const { client, server } = flow;
  return openSocket(flow) ?? own(flow, client, false) ?? own(flow, server, false) ?? client ?? server;
}

function own(flow: Flow, socket: FlowSocket | undefined, open: boolean): FlowSocket | undefined {
  return socket?.flow === flow && (socket.open || !open) ? socket : undefined;
}

/**
 * Whether both directions are open: a killed container can leave closing sockets behind for minutes.
 * For UDP, whether its 5-tuple has carried a datagram within the tracer's time-out.
 */
export function isEstablished(flow: Flow): boolean {
  const socket = openSocket(flow);
  if (!socket) return false;
  const state = stateOf(socket);
  return state === "ESTABLISHED" || (flow.edge?.protocol === "udp" && state !== "CLOSE");
}

/** The one socket that has shown; undefined once both ends have. */
export function onlySocket({ client, server }: Flow): FlowSocket | undefined {
  return client && server ? undefined : (client ?? server);
}

/** When it began and ended, nanoseconds since boot; 0: it is not known, or it is still open. */
export function lifeOf(flow: Flow): { startNs: number; endNs: number } {
  const startNs = flow.again ? 0 : flow.client?.startNs || flow.server?.startNs || 0;
  return { startNs, endNs: openSocket(flow) ? 0 : flow.answeredNs || (nearSocket(flow)?.endNs ?? 0) };
}

/** Counts what came since the last time; nothing as long as it has no edge, so that it keeps it until it has one. */
export function takeCounts(flow: Flow): Counts | undefined {
  const { counted } = flow;
  const { client, server } = believed(flow);
  if (!flow.edge) return undefined;
  counted.clientSeen ||= client !== undefined;
  const sentBytes = Math.max(0, sentSoFar(flow) - counted.sentBytes);
  const receivedBytes = Math.max(0, receivedSoFar(flow) - counted.receivedBytes);
  const retransmits = Math.max(0, retransmitsSoFar(flow) - counted.retransmits);
  const opened = !counted.opened && (client?.established === true || server?.established === true);
  const ended = !counted.ended && openSocket(flow) === undefined && endIsCertain(flow);
  if (sentBytes + receivedBytes + retransmits === 0 && !opened && !ended) return undefined;
  counted.sentBytes += sentBytes;
  counted.receivedBytes += receivedBytes;
  counted.retransmits += retransmits;
  counted.opened ||= opened;
  counted.ended ||= ended;
  const closed = ended && counted.opened;
  return {
    sentBytes,
    receivedBytes,
    retransmits,
    opened,
    closed,
    failed: ended && !closed && flow.client !== undefined,
  };
}

/** Those of its sockets whose word counts: of two of which one may lie, the other. */
function believed({ client, server }: Flow): Pick<Flow, "client" | "server"> {
  if (!client || !server || client.isDoubted === server.isDoubted) return { client, server };
  return client.isDoubted ? { client: undefined, server } : { client, server: undefined };
}

/** Lets it count from the start, where what it has counted was the word of a socket that may lie. */
export function startCountingAnew({ counted }: Flow): void {
  Object.assign(counted, { sentBytes: 0, receivedBytes: 0, retransmits: 0, clientSeen: false });
}

/** Whether it was a connect that was refused, timed out or was abandoned. */
export function hasFailed({ counted }: Flow): boolean {
  return counted.ended && !counted.opened;
}

/** Whether anything has been handed on. */
export function hasCounted(counted: Counted): boolean {
  return counted.opened || counted.sentBytes + counted.receivedBytes + counted.retransmits > 0;
}

/** The end of a socket that no row reported is not certain: it may show again once the tracer has started anew. */
function endIsCertain({ client, server, edge }: Flow): boolean {
  return edge?.protocol === "udp" || (client ?? server)?.sequence !== 0;
}

/**
 * What the server has received, the client has sent: this completes a client whose end was not seen, and nothing else.
 * With the right to raw sockets a container can make its own socket receive what nobody has sent.
 */
function sentSoFar(flow: Flow): number {
  const { client, server } = believed(flow);
  if ((client ?? server)?.exchange) return flow.allotted.sentBytes;
  if (client && isWhole(client)) return client.sentBytes;
  return Math.max(client?.sentBytes ?? 0, server?.receivedBytes ?? 0);
}

/** What the server has sent need not have arrived: it only counts where the client is not seen. But no more has arrived. */
function receivedSoFar(flow: Flow): number {
  const { client, server } = believed(flow);
  const { counted } = flow;
  if ((client ?? server)?.exchange) return flow.allotted.receivedBytes;
  if (client && server && isWhole(server)) return Math.min(client.receivedBytes, server.sentBytes);
  if (client) return client.receivedBytes;
  return counted.clientSeen ? counted.receivedBytes : (server?.sentBytes ?? 0);
}

/** Whether all that a socket has carried is known, or is yet to come: its end was not missed. */
function isWhole(socket: FlowSocket): boolean {
  return (socket.open && !hasLeft(socket)) || socket.sequence > 0;
}

/** Segments that either end, as far as it is seen, had to send again. */
function retransmitsSoFar(flow: Flow): number {
  const { client, server } = believed(flow);
  return (client?.retransmits ?? 0) + (server?.retransmits ?? 0);
}
