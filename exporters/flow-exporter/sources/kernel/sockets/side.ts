import { NO_AMOUNTS } from "../../../model/flow-delta.ts";
import type { FlowRow } from "../../../model/socket.ts";
import { TCP_STATES, type TcpState } from "../../../model/tcp-state.ts";
import type { ClosedRows } from "../rows/closed-rows.ts";
import type { FlowRows } from "../rows/flow-rows.ts";
import type { Flow, Identity, Side, Tuple } from "./shapes.ts";

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
    handedOn: NO_AMOUNTS,
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
