import type { Owner, Side } from "./transaction.ts";

/** One end of stored flows. */
export interface StoredEnd extends Owner {
  /** Empty: no node has written this half, or has had its address. */
  node: string;
}

/** What is counted of stored flows, from the source's side. */
export interface StoredCounters {
  sentBytes: number;
  receivedBytes: number;
  opened: number;
  failed: number;
}

/** The stored flows between two endpoints at one port, folded into one. */
export interface StoredEdge extends StoredCounters {
  source: StoredEnd;
  destination: StoredEnd;
  /** 0: all ports of the two that have no edge of their own. */
  destinationPort: number;
  protocol: "tcp" | "udp";
  /** Which halves are there of any of the flows; the other end is known by its address, or not at all. */
  halves: Halves;
  closed: number;
  retransmits: number;
  /** Open when they were written last. */
  connections: number;
  /** The mean of the flows that were written in the last minute; undefined: none of them knows it. */
  rttSeconds: number | undefined;
  /** Milliseconds since 1970 by the store's clock. */
  lastSeenMs: number;
  /** The part of those flows that began since `sinceMs` of the reading and that the store has known from their start on. */
  young: StoredCounters;
  /** How many flows there are besides. */
  olderFlows: number;
}

/** All edges that were in use within the last hour. */
export interface EdgeReading {
  /** Those that were written last come first. */
  edges: readonly StoredEdge[];
  /** How many there were no places for. */
  leftOut: number;
  /** Flows that were written since then are in it: 60 to 70 minutes ago, and the same for all readings of ten minutes. */
  sinceMs: number;
  /** Milliseconds since 1970 by the store's clock; 0, as `sinceMs`: there are no edges. */
  nowMs: number;
}

/** What both halves of a flow make it, which is one of them where the other is not there. */
export type Halves = Side | "both";
