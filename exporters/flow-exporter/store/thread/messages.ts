import type { NatStatus } from "../../model/nat.ts";
import type { StoreErrorCode } from "../error.ts";
import type { Entry } from "../spool/spool.ts";
import type { Bounds, EdgeBounds, FlowQuery, MetadataQuery, TransactionQuery } from "../store.ts";

/** What a thread that keeps a store is started with. */
export interface StoreSettings {
  /** A file's path, or `postgres://…`, whose password is shown nowhere. */
  address: string;
  /** Folder of what waits while the database is away, and how many bytes that may be. */
  spool: { folder: string; maxBytes: number };
  bounds: Bounds;
  /** Where the kernel shows which connections of this machine it translates. */
  conntrack: { file: string; module: string };
}

/** What the thread is asked. `nowMs`: as of `Store.writeTransactions`. */
export type Question =
  | { kind: "write"; entry: Entry; nowMs: number }
  | { kind: "transactions"; query: TransactionQuery }
  | { kind: "metadata"; query: MetadataQuery }
  | { kind: "edges"; bounds: EdgeBounds }
  | { kind: "flows"; query: FlowQuery }
  | { kind: "close" };

/** What came of writing. */
export interface Written {
  /** Why the database did not take it, in which case it waits; undefined: it did. */
  error: Failure | undefined;
  /** Rows that went because there was no room for them to wait, since the last word on that. */
  lost: number;
  /** Entries that wait, and their bytes. */
  waiting: { entries: number; bytes: number };
  nat: NatStatus;
}

/** A StoreError on its way between two threads. */
export interface Failure {
  code: StoreErrorCode;
  message: string;
}

export interface Asked {
  id: number;
  question: Question;
}

export type Answered = { id: number; value: unknown } | { id: number; failure: Failure };
