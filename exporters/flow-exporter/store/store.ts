import type { AddressHolder, AddressTenure, Transaction, TransactionHalf } from "../model/transaction.ts";

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
  /** Removes what is beyond the bounds, the oldest first. Returns how many rows went. */
  trim(bounds: Bounds): Promise<number>;
  close(): Promise<void>;
}

/** What is left out is not asked for. */
interface PageQuery {
  /** Rows of a page. */
  limit: number;
  /** `next` of the page before. */
  after?: string | undefined;
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
