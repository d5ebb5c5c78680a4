import type { Sample } from "../../../metadata/process-history.ts";
import { type Amounts, NO_AMOUNTS } from "../../../model/flow-delta.ts";
import type { FlowRow } from "../../../model/socket.ts";
import { TCP_STATES, type TcpState } from "../../../model/tcp-state.ts";
import type { ClosedRows } from "../rows/closed-rows.ts";
import type { FlowRows } from "../rows/flow-rows.ts";
import { RowHolder } from "./row-holder.ts";
import type { Exchange, Flow, FlowSocket, Identity, Tuple } from "./shapes.ts";

const CLOSE = TCP_STATES.indexOf("CLOSE");
const CONNECTING: ReadonlySet<number> = new Set(
  (["SYN_SENT", "SYN_RECV", "NEW_SYN_RECV"] as const).map((name) => TCP_STATES.indexOf(name)),
);

export function stateOf({ state }: FlowSocket): TcpState {
  return TCP_STATES[state] ?? "UNKNOWN";
}

/** The socket in row `index`, as a part of `flow`. */
export function createSocket(
  rows: FlowRows,
  index: number,
  row: FlowRow,
  flow: Flow,
  tuples: readonly Tuple[],
): FlowSocket {
  return new NewSocket({ key: rows.key(index), ports: rows.ports(index), startNs: row.startNs }, row, flow, tuples);
}

class NewSocket extends RowHolder implements FlowSocket {
  key: number;
  ports: number;
  startNs: number;
  pid: number;
  tuples: readonly Tuple[];
  sentBytes = 0;
  receivedBytes = 0;
  sentPackets = 0;
  receivedPackets = 0;
  retransmits = 0;
  rttMicroseconds = 0;
  state = 0;
  established = false;
  open = true;
  sequence = 0;
  lastNs = 0;
  endNs = 0;
  error = 0;
  workBefore: Sample | undefined;
  workAfter: Sample | undefined;
  isDoubted = false;
  flow: Flow;
  exchange: Exchange | undefined;
  handedOn: Readonly<Amounts> = NO_AMOUNTS;

  constructor({ key, ports, startNs }: Identity, row: FlowRow, flow: Flow, tuples: readonly Tuple[]) {
    super(row);
    this.key = key;
    this.ports = ports;
    this.startNs = startNs;
    this.pid = row.pid;
    this.flow = flow;
    this.tuples = tuples;
  }
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
export function renew(socket: FlowSocket, rows: FlowRows, index: number): boolean {
  const state = rows.state(index);
  const changed = socket.state !== state;
  socket.state = state;
  socket.established ||= !CONNECTING.has(state);
  return take(socket, rows, index) || changed;
}

/** Takes a socket's last counters, and how it ended, from closed row `index`. */
export function finish(socket: FlowSocket, rows: ClosedRows, index: number): void {
  socket.established ||= !CONNECTING.has(rows.lastState(index));
  take(socket, rows, index);
  socket.sequence = rows.sequence(index);
  socket.error = rows.error(index);
  end(socket, rows.endNs(index));
}

/** A socket that is not seen any more has closed, but how is not known yet. */
export function leave(socket: FlowSocket, nowNs: number): void {
  socket.state = CLOSE;
  socket.endNs = socket.lastNs || nowNs;
}

/** Whether the last read has not shown it. */
export function hasLeft({ state }: FlowSocket): boolean {
  return state === CLOSE;
}

/** Ends a socket for good. */
export function end(socket: FlowSocket, endNs: number): void {
  socket.state = CLOSE;
  socket.open = false;
  socket.endNs = endNs;
}

/** Returns whether the socket has carried anything since. */
function take(socket: FlowSocket, rows: FlowRows, index: number): boolean {
  const sentBytes = rows.sentBytes(index);
  const receivedBytes = rows.receivedBytes(index);
  const retransmits = rows.retransmits(index);
  const changed =
    socket.sentBytes !== sentBytes || socket.receivedBytes !== receivedBytes || socket.retransmits !== retransmits;
  socket.sentBytes = sentBytes;
  socket.receivedBytes = receivedBytes;
  socket.sentPackets = rows.sentPackets(index);
  socket.receivedPackets = rows.receivedPackets(index);
  socket.retransmits = retransmits;
  socket.rttMicroseconds = rows.rttMicroseconds(index);
  socket.lastNs = rows.lastNs(index);
  return changed;
}
