import type { Edge } from "../../model/edge.ts";
import type { FlowDelta } from "../../model/flow-delta.ts";
import type { FlowRecord } from "../../model/flow-record.ts";
import { PROTOCOL } from "../../model/socket.ts";
import type { Connection } from "./connection.ts";
import type { Told } from "./told.ts";

export interface Counts {
  sent: number;
  received: number;
  retransmits: number;
}

/** A connection that a tracer has told of, from answer to answer. */
export interface Known {
  readonly key: string;
  /** As it was told last. */
  told: Connection;
  isServer: boolean;
  /** The other end is told as well, and counts for both. */
  isShadow: boolean;
  /** The other end as it was told last. */
  mirror: Told | undefined;
  /** What it had carried before its counters fell the last time. */
  base: Counts;
  /** What has been handed on, from the client's side. */
  counted: Counts;
  opened: boolean;
  established: boolean;
  isOpen: boolean;
  /** Undefined until it is known whose its ends are. */
  edge: Edge | undefined;
  /** As of a flow: what passes on counts nowhere. */
  relay: boolean;
  /** Name of its process, where that is known. */
  comm: string;
  sinceNs: number;
  /** When an answer last had it. */
  shownNs: number;
  endNs: number;
}

const NOTHING: Readonly<Counts> = { sent: 0, received: 0, retransmits: 0 };

export function createKnown(key: string, told: Connection, nowNs: number): Known {
  return {
    key,
    told,
    isServer: false,
    isShadow: false,
    mirror: undefined,
    base: NOTHING,
    counted: NOTHING,
    opened: false,
    established: false,
    isOpen: true,
    edge: undefined,
    relay: false,
    comm: "",
    sinceNs: nowNs,
    shownNs: nowNs,
    endNs: 0,
  };
}

/**
 * Takes in what a connection is told to be now; `again`: it is another than before, or its tracer has counted anew.
 * Returns whether it has carried anything since.
 */
export function renew(known: Known, told: Connection, again: boolean): boolean {
  const changed = again || hasChanged(known.told, told);
  if (again || (changed && hasFallen(countsOf(known.told), countsOf(told)))) known.base = ownSide(known);
  known.told = told;
  return changed;
}

/** What it has carried, from the client's side. */
function carried(known: Known): Counts {
  const { sent, received, retransmits } = ownSide(known);
  return known.isServer ? { sent: received, received: sent, retransmits } : { sent, received, retransmits };
}

/** What it has new for its edge; undefined: nothing. */
export function takeDelta(known: Known): FlowDelta | undefined {
  const { edge, counted, isOpen } = known;
  if (!edge || known.relay) return undefined;
  const isEstablished = isOpen && !known.isShadow;
  const established = Number(isEstablished) - Number(known.established);
  known.established = isEstablished;
  const opened = Number(!known.opened && !known.isShadow);
  const closed = Number(!isOpen && !known.isShadow);
  const now = known.isShadow ? counted : carried(known);
  const of = (name: keyof Counts) => Math.max(0, now[name] - counted[name]);
  const [sentBytes, receivedBytes, retransmits] = [of("sent"), of("received"), of("retransmits")];
  known.opened ||= !known.isShadow;
  known.counted = highest(now, counted);
  if (sentBytes + receivedBytes + retransmits + opened + closed === 0 && established === 0) return undefined;
  const whole = { bytes: known.counted.sent + known.counted.received, durationSeconds: undefined };
  const counts = { sentBytes, receivedBytes, retransmits, opened, closed, failed: 0, established };
  return { edge, ...counts, works: true, rttSeconds: undefined, whole: closed ? whole : undefined };
}

/** Undefined while it waits for its owners, and where another counts the same. */
export function recordOf(known: Known): FlowRecord | undefined {
  const { edge, told, isOpen, isServer, counted } = known;
  if (!edge || known.relay || known.isShadow) return undefined;
  const [near, far] = [
    { address: told.source, port: told.sport },
    { address: told.dest, port: told.dport },
  ];
  const [source, destination] = isServer ? [far, near] : [near, far];
  const openState = told.type === PROTOCOL.tcp ? "ESTABLISHED" : "OPEN";
  return {
    edge,
    sourceAddress: source.address,
    sourcePort: source.port,
    destinationAddress: destination.address,
    destinationAddressPort: destination.port,
    sentBytes: counted.sent,
    receivedBytes: counted.received,
    retransmits: counted.retransmits,
    rttSeconds: 0,
    state: isOpen ? openState : "CLOSE",
    open: isOpen,
    failed: false,
    errno: 0,
    startNs: 0,
    endNs: known.endNs,
    pid: told.pid,
    comm: known.comm,
    seen: known.mirror ? "both" : isServer ? "server" : "client",
    netns: told.net_ns,
    cookie: 0,
    incarnation: 0,
    work: undefined,
  };
}

/** Of two that are the same flow, told from either end, the client's goes on where the server's was. */
export function takeOver(client: Known, server: Known): void {
  server.isShadow = true;
  if (!server.opened || client.opened) return;
  client.opened = true;
  client.counted = server.counted;
}

function ownSide({ base, told }: Known): Counts {
  return sum(base, countsOf(told));
}

/** What a connection is told to have carried. */
export function countsOf(told: Connection): Counts {
  const { monotonic_sent_bytes: sent, monotonic_recv_bytes: received, monotonic_retransmits: retransmits } = told;
  return { sent, received, retransmits };
}

export function sum(one: Counts, other: Counts): Counts {
  return {
    sent: one.sent + other.sent,
    received: one.received + other.received,
    retransmits: one.retransmits + other.retransmits,
  };
}

function highest(one: Counts, other: Counts): Counts {
  const of = (name: keyof Counts) => Math.max(one[name], other[name]);
  return { sent: of("sent"), received: of("received"), retransmits: of("retransmits") };
}

function hasChanged(before: Connection, now: Connection): boolean {
  return (
    now.monotonic_sent_bytes !== before.monotonic_sent_bytes ||
    now.monotonic_recv_bytes !== before.monotonic_recv_bytes ||
    now.monotonic_retransmits !== before.monotonic_retransmits
  );
}

/** Counters that fall have begun anew. */
export function hasFallen(before: Counts, now: Counts): boolean {
  return now.sent < before.sent || now.received < before.received || now.retransmits < before.retransmits;
}
