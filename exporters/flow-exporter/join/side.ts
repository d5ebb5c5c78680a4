import type { ClosedRows } from "../decode/closed-rows.ts";
import type { FlowRow, FlowRows } from "../decode/flow-rows.ts";
import type { Amounts } from "../model/flow-delta.ts";
import type { Exchange } from "./exchange.ts";
import type { Flow } from "./flow.ts";
import type { Sample } from "./process-history.ts";
import type { Tuple } from "./tuple.ts";

/** What tells one connection of a socket from the next. */
export interface Identity {
  key: number;
  ports: number;
  /** Nanoseconds since boot; 0: older than the tracer. */
  startNs: number;
}

/** One socket of a flow, with the counters of the last read that had it. */
export interface Side extends Identity {
  row: FlowRow;
  tuples: readonly Tuple[];
  sentBytes: number;
  receivedBytes: number;
  /** Datagrams; 0 where they are not told. */
  sentPackets: number;
  receivedPackets: number;
  retransmits: number;
  rttMicroseconds: number;
  /** TCP state as in the kernel; CLOSE once it has ended. */
  state: number;
  /** It has carried a connection, or could have: not so while it is connecting. */
  established: boolean;
  /** Which row it was in the last read that had it; -1: in none. */
  at: number;
  open: boolean;
  /** Number of its closed row; 0 while it is open, or when its end was not seen. */
  sequence: number;
  /** When it last carried anything, nanoseconds since boot; 0: not told. */
  lastNs: number;
  /** Nanoseconds since boot; 0 while it is seen. */
  endNs: number;
  /** The errno it ended with; 0 none. */
  error: number;
  /** What its process had done as it began, and as it ended; undefined where no read was near. */
  workBefore: Sample | undefined;
  workAfter: Sample | undefined;
  /** It may lie about its address: where the other end is certain, its word does not count. */
  isDoubted: boolean;
  /** The one it goes on in. */
  flow: Flow;
  /** Of datagrams: those it exchanges with others, and what of its own counters is in their shares already. */
  exchange: Exchange | undefined;
  handedOn: Amounts;
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

export type TcpState = (typeof TCP_STATES)[number];

const CLOSE = TCP_STATES.indexOf("CLOSE");
const CONNECTING: ReadonlySet<number> = new Set(
  (["SYN_SENT", "SYN_RECV", "NEW_SYN_RECV"] as const).map((name) => TCP_STATES.indexOf(name)),
);

export function stateOf({ state }: Side): TcpState {
  return TCP_STATES[state] ?? "UNKNOWN";
}

/** The socket in row `index`, as a part of `flow`. */
export function createSide(rows: FlowRows, index: number, row: FlowRow, flow: Flow, tuples: readonly Tuple[]): Side {
  return {
    key: rows.key(index),
    row,
    ports: rows.ports(index),
    startNs: row.startNs,
    tuples,
    sentBytes: 0,
    receivedBytes: 0,
    sentPackets: 0,
    receivedPackets: 0,
    retransmits: 0,
    rttMicroseconds: 0,
    state: 0,
    established: false,
    at: -1,
    open: true,
    sequence: 0,
    lastNs: 0,
    endNs: 0,
    error: 0,
    workBefore: undefined,
    workAfter: undefined,
    isDoubted: false,
    flow,
    exchange: undefined,
    handedOn: { sentBytes: 0, receivedBytes: 0 },
  };
}

/**
 * Whether row `index` is the same connection of the same socket: one that connects again has another start.
 * A tracer that started in between does not know the start.
 */
export function isSame(known: Identity, rows: FlowRows, index: number): boolean {
  const startNs = rows.startNs(index);
  return startNs === 0 ? known.ports === rows.ports(index) : known.startNs === startNs;
}

/** Renews a socket's counters from row `index`; returns whether there is anything to hand on. */
export function renew(side: Side, rows: FlowRows, index: number): boolean {
  const state = rows.state(index);
  const changed = side.state !== state;
  side.state = state;
  side.established ||= !CONNECTING.has(state);
  return take(side, rows, index) || changed;
}

/** Takes a socket's last counters, and how it ended, from closed row `index`. */
export function finish(side: Side, rows: ClosedRows, index: number): void {
  side.established ||= !CONNECTING.has(rows.lastState(index));
  take(side, rows, index);
  side.sequence = rows.sequence(index);
  side.error = rows.error(index);
  end(side, rows.endNs(index));
}

/** A socket that is not seen any more has closed, but how is still to be told. */
export function leave(side: Side, nowNs: number): void {
  side.state = CLOSE;
  side.endNs = side.lastNs || nowNs;
}

/** Whether the last read has not shown it. */
export function hasLeft({ state }: Side): boolean {
  return state === CLOSE;
}

/** Ends a socket for good. */
export function end(side: Side, endNs: number): void {
  side.state = CLOSE;
  side.open = false;
  side.endNs = endNs;
}

/** Returns whether the socket has carried anything since. */
function take(side: Side, rows: FlowRows, index: number): boolean {
  const sentBytes = rows.sentBytes(index);
  const receivedBytes = rows.receivedBytes(index);
  const retransmits = rows.retransmits(index);
  const changed =
    side.sentBytes !== sentBytes || side.receivedBytes !== receivedBytes || side.retransmits !== retransmits;
  side.sentBytes = sentBytes;
  side.receivedBytes = receivedBytes;
  side.sentPackets = rows.sentPackets(index);
  side.receivedPackets = rows.receivedPackets(index);
  side.retransmits = retransmits;
  side.rttMicroseconds = rows.rttMicroseconds(index);
  side.lastNs = rows.lastNs(index);
  return changed;
}
