import type { FlowRow, FlowRows } from "../decode/flow-rows.ts";
import type { Endpoint } from "./endpoint.ts";

/** Who talks to whom on which port: what the counters are labelled with. */
export interface Edge {
  /** Equal for equal labels. */
  key: string;
  source: Endpoint;
  destination: Endpoint;
  destinationPort: number;
  protocol: string;
}

/** One socket of a flow, with the counters of the last read that had it. */
export interface Side {
  row: FlowRow;
  ports: number;
  sentBytes: number;
  receivedBytes: number;
  retransmits: number;
  rttMicroseconds: number;
  /** TCP state as in the kernel. */
  state: number;
  /** Number of the last read that had this socket. */
  round: number;
  open: boolean;
  flow: Flow;
}

/** A connection, seen from the client's side. Where both ends are on this host, it has both sockets. */
export interface Flow {
  client: Side | undefined;
  server: Side | undefined;
  /** Undefined until it is known whose the sockets are. */
  edge: Edge | undefined;
  /** Number of the read in which it first showed. */
  since: number;
  /** The metadata in which its owners were last looked up; undefined: they are to be looked up. */
  triedIn: number | undefined;
  /** Bytes from the client's side, as handed on to the totals. */
  sentBytes: number;
  receivedBytes: number;
  /** The part of them that came with the last read. */
  newSentBytes: number;
  newReceivedBytes: number;
}

export const TCP_STATES = [
  "UNKNOWN",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT1",
  "FIN_WAIT2",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
  "NEW_SYN_RECV",
] as const;

export function createFlow(since: number): Flow {
  return {
    client: undefined,
    server: undefined,
    edge: undefined,
    since,
    triedIn: undefined,
    sentBytes: 0,
    receivedBytes: 0,
    newSentBytes: 0,
    newReceivedBytes: 0,
  };
}

/** The socket in row `index`, as a part of `flow`. */
export function createSide(rows: FlowRows, index: number, row: FlowRow, flow: Flow): Side {
  const counters = { sentBytes: 0, receivedBytes: 0, retransmits: 0, rttMicroseconds: 0, state: 0, round: 0 };
  return { row, ports: rows.ports(index), ...counters, open: true, flow };
}

/** Renews a socket's counters from row `index`. */
export function renew(side: Side, rows: FlowRows, index: number, round: number): void {
  side.round = round;
  side.sentBytes = rows.sentBytes(index);
  side.receivedBytes = rows.receivedBytes(index);
  side.retransmits = rows.retransmits(index);
  side.rttMicroseconds = rows.rttMicroseconds(index);
  side.state = rows.state(index);
}

/** The socket that tells how the flow is: the client's while it is open. */
export function openSide(flow: Flow): Side | undefined {
  if (flow.client?.open) return flow.client;
  return flow.server?.open ? flow.server : undefined;
}

/** Whether both directions are open: a killed container can leave closing sockets behind for minutes. */
export function isEstablished(flow: Flow): boolean {
  return TCP_STATES[openSide(flow)?.state ?? 0] === "ESTABLISHED";
}

/** Hands on what came since the last time; a flow without an edge keeps it until it has one. */
export function advance(flow: Flow): void {
  const known = flow.edge !== undefined;
  flow.newSentBytes = known ? Math.max(0, sentSoFar(flow) - flow.sentBytes) : 0;
  flow.newReceivedBytes = known ? Math.max(0, receivedSoFar(flow) - flow.receivedBytes) : 0;
  flow.sentBytes += flow.newSentBytes;
  flow.receivedBytes += flow.newReceivedBytes;
}

/** What the server has received, the client has sent: this completes a client that closed between two reads. */
function sentSoFar({ client, server }: Flow): number {
  return Math.max(client?.sentBytes ?? 0, server?.receivedBytes ?? 0);
}

/** What the server has sent need not have arrived: it only counts where the client is not seen. */
function receivedSoFar({ client, server }: Flow): number {
  return client ? client.receivedBytes : (server?.sentBytes ?? 0);
}
