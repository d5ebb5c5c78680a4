import type { EdgeReading } from "../model/stored-edge.ts";
import type { AddressHolder, AddressTenure, EndedEnd, Transaction, TransactionHalf } from "../model/transaction.ts";

/** Where transactions outlive the exporters, of one node or of many. All reject with a StoreError. */
export interface Store {
  /**
   * Writes halves, each joined to its other half where that is there. Of what is there already the larger value stays, so that the
   * same can be written again after a failure that left in doubt whether it was.
   * @param nowMs the writer's wall clock, milliseconds since 1970: it tells how far the clocks are apart
   */
  writeTransactions(halves: readonly TransactionHalf[], nowMs: number): Promise<void>;
  /** Writes who has which address now. Who had it before keeps the time in which it was reported. */
  writeMetadata(holders: readonly AddressHolder[]): Promise<void>;
  /** A page of transactions, the youngest first. */
  transactions(query: TransactionQuery): Promise<Page<Transaction>>;
  /** A page of holders, the youngest first. */
  metadata(query: MetadataQuery): Promise<Page<AddressTenure>>;
  /** Who has talked to whom within the last hour. It reads all of the table. */
  edges(bounds: EdgeBounds): Promise<EdgeReading>;
  /** A part of the list of flows that is asked for. It reads all of the table. */
  flows(query: FlowQuery): Promise<FlowList>;
  /**
   * A page of the ends of TCP flows that have ended, in the order in which they began by the clocks of their nodes, and, with the first
   * page, how many there are on all. Each page reads what was written since a day before `fromMs`.
   */
  ended(query: EndedQuery): Promise<EndedPage>;
  /**
   * Removes what is beyond the bounds, the oldest first. Returns how many rows went: none within ten minutes of another writer that has
   * done so, since one does it for all.
   */
  trim(bounds: Bounds): Promise<number>;
  close(): Promise<void>;
}

/** What is left out is not asked for. */
interface PageQuery {
  /** Rows of a page. */
  limit: number;
  /** `next` of the page before. */
  after?: string | undefined;
  /** Where either end is, or the address was. */
  node?: string | undefined;
  address?: string | undefined;
  /** Written since then, milliseconds since 1970 by the store's clock. */
  sinceMs?: number | undefined;
}

export interface TransactionQuery extends PageQuery {
  /** The name of either owner. */
  endpoint?: string | undefined;
  /** Of either end. */
  port?: number | undefined;
  protocol?: "tcp" | "udp" | undefined;
}

export type MetadataQuery = PageQuery;

export interface EndedQuery {
  /** The end's owner, by name, or by its namespace, where they are named alike. */
  job: string;
  /** When the flows began: then or later, and before then, milliseconds since 1970. */
  fromMs: number;
  toMs: number;
  limit: number;
  /** `next` of the page before. */
  after?: string | undefined;
}

export interface EndedPage extends Page<EndedEnd> {
  /** Of all pages; undefined: this is not the first. */
  total: number | undefined;
}

/** Of a reading of edges. */
export interface EdgeBounds {
  maxEdges: number;
  /** Of two endpoints; what is beyond is one edge. */
  maxPorts: number;
}

/** What is left out is not asked for. */
export interface FlowQuery {
  /** The name of a node that either end is at. */
  node?: string | undefined;
  /** The name of either owner, at `node` where that is given; empty: an end that is nobody's whom a node knows. */
  endpoint?: string | undefined;
  /** A part of the name or address of either end, in any case. */
  search?: string | undefined;
  /** The port that serves. */
  port?: number | undefined;
  sourcePort?: number | undefined;
  protocol?: "tcp" | "udp" | undefined;
  /** open, closed or failed, or as the kernel calls it. */
  state?: string | undefined;
  /** Written since then, milliseconds since 1970 by the store's clock; left out: within the last hour. */
  sinceMs?: number | undefined;
  /** Whose flows are left out. */
  without: readonly { image: string; namespace: string }[];
  sort: { by: FlowOrder; descending: boolean };
  limit: number;
  offset: number;
}

export type FlowOrder =
  | "first_seen"
  | "bytes"
  | "sent_bytes"
  | "received_bytes"
  | "retransmits"
  | "rtt_seconds"
  | "start"
  | "end";

export interface FlowList {
  /** Of all that were found. */
  total: number;
  rows: readonly Transaction[];
}

export interface Page<Row> {
  rows: readonly Row[];
  /** Leads to the next page; undefined: this is the last. */
  next: string | undefined;
}

/** How much is kept. */
export interface Bounds {
  /** Of rows that nobody has written for as long. */
  maxAgeMs: number;
  /** Of transactions, and of holders. */
  maxRows: number;
}
