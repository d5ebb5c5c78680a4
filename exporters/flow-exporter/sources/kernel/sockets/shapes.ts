import type { Sample } from "../../../metadata/process-history.ts";
import type { Edge } from "../../../model/edge.ts";
import type { Amounts } from "../../../model/flow-delta.ts";
import type { HasRow } from "./row-holder.ts";

// Flows, their sockets and the exchanges between these refer to each other: here are the shapes of all three.

/** A name of a connection, by which its two sockets find each other: the same for both, seen the other way round. */
export interface Tuple {
  name: string;
  reversed: boolean;
}

/** What distinguishes one connection of a socket from the next. */
export interface Identity {
  key: number;
  ports: number;
  /** Nanoseconds since boot; 0: older than the tracer. */
  startNs: number;
}

/** One socket of a flow, with the counters of the last read that had it. */
export interface FlowSocket extends Identity, HasRow {
  /** Of the process that has it. */
  pid: number;
  tuples: readonly Tuple[];
  sentBytes: number;
  receivedBytes: number;
  /** Datagrams; 0 where they are not counted. */
  sentPackets: number;
  receivedPackets: number;
  retransmits: number;
  rttMicroseconds: number;
  /** TCP state as in the kernel; CLOSE once it has ended. */
  state: number;
  /** It has carried a connection, or could have: not so while it is connecting. */
  established: boolean;
  open: boolean;
  /** Number of its closed row; 0 while it is open, or when its end was not seen. */
  sequence: number;
  /** When it last carried anything, nanoseconds since boot; 0: not known. */
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
  handedOn: Readonly<Amounts>;
}

/** What has been handed on to the totals, from the client's side. */
export interface Counted extends Amounts {
  retransmits: number;
  opened: boolean;
  ended: boolean;
  /** The client's socket has been seen, so that its word counts about what was received. */
  clientSeen: boolean;
}

/** A connection, seen from the client's side. Where both ends are on this host, it has both sockets. */
export interface Flow {
  client: FlowSocket | undefined;
  server: FlowSocket | undefined;
  /** Undefined until it is known whose the sockets are. */
  edge: Edge | undefined;
  /** Docker's proxy passes on what the edge to the proxy has counted already: it does not count. */
  relay: boolean;
  /** Number of the read in which it first showed, and when that was. */
  since: number;
  sinceNs: number;
  /** The metadata in which its owners were last looked up; undefined: they are to be looked up. */
  triedIn: number | undefined;
  /** Of datagrams: its share in what its sockets have exchanged, from the client's side. */
  allotted: Readonly<Amounts>;
  counted: Counted;
  /** When all that it asked of a resolver had been answered, which ends it; 0: it has not. */
  answeredNs: number;
  /** Its sockets had another flow before, whose start theirs is. */
  again: boolean;
  /** The edge that it has last been reported established on; undefined: on none. */
  establishedOn: Edge | undefined;
}

/**
 * Datagrams between sockets that share one pair of addresses and ports. There can be more than two: a client that
 * binds a port again is another socket, while the one that answers stays, and a server can start anew under a client
 * that goes on. Each socket's counters span all that it has talked to, so what was sent at one end is what was received
 * at the other only in sum: each byte is handed on once, to one of the flows.
 *
 * A socket that may lie about its address has no say in how much that is as long as one is among them that does not: what
 * it has counted only helps to say which of the flows the bytes are of.
 */
export interface Exchange {
  /** The sockets that are still counted, and whether they are at the client's end. */
  members: Map<FlowSocket, boolean>;
  /** In the order in which their sockets met. */
  flows: Set<Flow>;
  /** What the sockets that have gone had carried. */
  gone: { certain: Sums; doubted: Sums };
  /** Whether a socket has gone that was certain to be where its address is. */
  certainGone: boolean;
  /** A client's socket has been seen whose word counts. */
  clientSeen: boolean;
  /** Of what the servers sent, so much has been handed on. */
  receivedBytes: number;
}

/** What the sockets at either end have carried. */
export interface Sums {
  clients: Amounts;
  servers: Amounts;
}
