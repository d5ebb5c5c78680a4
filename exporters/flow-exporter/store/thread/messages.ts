import type { NatStatus } from "../../model/nat.ts";
import type { StoreErrorCode } from "../error.ts";
import type { Entry, SpoolBounds } from "../spool/spool.ts";
import type { Bounds, EdgeBounds, EndedQuery, FlowQuery, MetadataQuery, TransactionQuery } from "../store.ts";

/** What a thread that keeps a store is started with. */
export interface StoreSettings {
  /** A file's path, or `postgres://…`, whose password is shown nowhere. */
  address: string;
  /** Folder of what waits while the database is away, and how much that may be. */
  spool: SpoolBounds & { folder: string };
  bounds: Bounds;
  /** Where the kernel shows which connections of this machine it translates. */
  conntrack: { file: string; module: string };
}

/** What the thread is asked for somebody who waits for it, until `untilMs` by `threadClock`; later it is not worth the work. */
export type ReadQuestion = { untilMs: number } & (
  | { kind: "transactions"; query: TransactionQuery }
  | { kind: "metadata"; query: MetadataQuery }
  | { kind: "edges"; bounds: EdgeBounds }
  | { kind: "flows"; query: FlowQuery }
  | { kind: "ended"; query: EndedQuery }
);

/** What the thread is asked. `nowMs`: as of `Store.writeTransactions`. */
export type Question =
  | { kind: "write"; entry: Entry; nowMs: number }
  | ReadQuestion
  /** The exporter stops: nothing waits for the database any longer, and what it is at goes to the spool as well. */
  | { kind: "leave" }
  | { kind: "close" };

/** Milliseconds by a clock that goes only forward, and is the same in all threads of a process, as `performance.now` is not. */
export function threadClock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

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
