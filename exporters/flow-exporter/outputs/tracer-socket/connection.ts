import type { FlowRecord } from "../../model/flow-record.ts";

/** Numbers of the contract, which other tracers share. */
const TYPE = { tcp: 0, udp: 1 } as const;
const FAMILY = { v4: 0, v6: 1 } as const;
const DIRECTION = { in: 1, out: 2, local: 3 } as const;

/** What a client has been told of a flow, as the connection's own end has it. */
export interface Told {
  sent: number;
  received: number;
  retransmits: number;
}

export const NOTHING_TOLD: Readonly<Told> = { sent: 0, received: 0, retransmits: 0 };

/** A connection as docs/tracer-socket.md describes it: from its own end's side, which is the client's where that is seen. */
export interface Connection {
  pid: number;
  type: number;
  family: number;
  net_ns: number;
  source: string;
  dest: string;
  sport: number;
  dport: number;
  direction: number;
  monotonic_sent_bytes: number;
  last_sent_bytes: number;
  monotonic_recv_bytes: number;
  last_recv_bytes: number;
  monotonic_retransmits: number;
  last_retransmits: number;
  last_update_epoch: number;
  cookie: string;
}

/** Whether a flow is a connection by now: a connect that failed, or is not answered yet, is none. */
export function isConnection({ failed, state }: FlowRecord): boolean {
  return !failed && state !== "SYN_SENT";
}

/** What a flow has carried, from the side of the end that it is shown from. */
export function amountsOf({ seen, sentBytes, receivedBytes, retransmits }: FlowRecord): Told {
  const [sent, received] = seen === "server" ? [receivedBytes, sentBytes] : [sentBytes, receivedBytes];
  return { sent, received, retransmits };
}

/** `before`: what the client was told last; `nowNs`: since boot. */
export function connectionOf(flow: FlowRecord, before: Readonly<Told>, nowNs: number): Connection {
  const { sent, received, retransmits } = amountsOf(flow);
  return {
    pid: flow.pid,
    type: TYPE[flow.edge.protocol],
    family: flow.sourceAddress.includes(":") ? FAMILY.v6 : FAMILY.v4,
    net_ns: flow.netns,
    ...endsOf(flow),
    direction: { client: DIRECTION.out, server: DIRECTION.in, both: DIRECTION.local }[flow.seen],
    monotonic_sent_bytes: sent,
    last_sent_bytes: Math.max(0, sent - before.sent),
    monotonic_recv_bytes: received,
    last_recv_bytes: Math.max(0, received - before.received),
    monotonic_retransmits: retransmits,
    last_retransmits: Math.max(0, retransmits - before.retransmits),
    last_update_epoch: Math.round(flow.endNs || nowNs),
    cookie: `${flow.cookie}.${flow.incarnation}`,
  };
}

/** The end it is shown from comes first. */
function endsOf({ seen, sourceAddress, sourcePort, destinationAddress, destinationAddressPort }: FlowRecord) {
  const client = { address: sourceAddress, port: sourcePort };
  const server = { address: destinationAddress, port: destinationAddressPort };
  const [near, far] = seen === "server" ? [server, client] : [client, server];
  return { source: near.address, dest: far.address, sport: near.port, dport: far.port };
}
