import type { Status } from "../../../model/tracer-status.ts";
import { ClosedRows } from "../rows/closed-rows.ts";
import { KeptRows } from "../rows/kept-rows.ts";
import { decodeStatus } from "../rows/status-row.ts";
import { ErasedRows, type RingCounts } from "../watch/erased-rows.ts";
import { type Closed, ClosedIntake, type Run } from "./closed-intake.ts";
import { ONE_READER, type Tracer } from "./tracer.ts";

/** What an exporter that starts anew must know, so that no closed flow counts twice or not at all. */
export interface ClosedState {
  /** Of the tracer the numbers are from. */
  tracer: string;
  /** Numbers of the rows that have been taken. */
  taken: readonly Run[];
  /** Those of them, as rows, that have not been counted yet. */
  rows: Uint8Array;
  /** How many rows of that tracer were shown in all; undefined: not known. */
  shown?: number | undefined;
  /** How many of them another reader erased. */
  erased: number;
}

/** A read that another one overtook came to its end early, and completes nothing. */
const OVERTAKEN = `another reader reads the tracer's pins at the same time: ${ONE_READER}`;

type Pins = Pick<Tracer, "identity" | "status" | "closed" | "acknowledgeClosed">;

/** What the tracer said just before a read. */
type Before = RingCounts & Pick<Status, "closedReads">;

/** So few that all that is made of them is small enough for V8's young generation. */
const MAX_TOGETHER = 2_000;

const NONE: ClosedState = { tracer: "", taken: [], rows: new Uint8Array(), erased: 0 };

/**
 * Closed flows on their way from the kernel: taken once each, acknowledged when they need not be shown again.
 * What has been acknowledged only lives here, so it is to be done after the totals are safe.
 */
export class ClosedFlows {
  readonly #tracer: Pins;
  readonly #intake: ClosedIntake;
  readonly #erased: ErasedRows;
  /** Rows since the last `takeUnreadable` that hold what is no number of ours. */
  #unreadable = 0;
  #ring: RingCounts | undefined;
  #identity: string;
  #rows: ClosedRows | undefined;
  /** Taken, acknowledged and not counted: by number. */
  readonly #kept: KeptRows<ClosedRows>;
  #left: Uint8Array;

  /** Goes on from what an earlier exporter left. @throws DecodeError when that is no rows. */
  constructor(tracer: Pins, before: ClosedState = NONE) {
    this.#tracer = tracer;
    this.#intake = new ClosedIntake(before.taken);
    this.#erased = new ErasedRows(before.shown, before.erased);
    this.#identity = before.tracer;
    this.#left = before.rows;
    this.#kept = new KeptRows(new ClosedRows(before.rows), (rows, index) => rows.sequence(index));
  }

  /** Of the tracer that was read last; "" before. */
  get identity(): string {
    return this.#identity;
  }

  /** Whether the last read brought all that has closed. */
  get complete(): boolean {
    return this.#rows !== undefined;
  }

  /** Rows that the kernel still keeps for us. */
  get waiting(): number {
    return this.#intake.waiting;
  }

  /** Rows of this tracer that another reader took out of the kernel before we saw them. */
  get erased(): number {
    return this.#erased.count;
  }

  /** Reads what has closed. @throws the system's error, DecodeError, or when a tracer started anew, or others read, meanwhile. */
  read(before: Before): void {
    this.#rows = undefined;
    const identity = this.#tracer.identity();
    const rows = new ClosedRows(this.#tracer.closed());
    const reads = decodeStatus(this.#tracer.status()).closedReads - before.closedReads;
    if (this.#tracer.identity() !== identity) throw new Error("the tracer started anew while it was read");
    if (reads > 1) throw new Error(OVERTAKEN);
    if (identity !== this.#identity) this.#startOver();
    this.#identity = identity;
    this.#rows = rows;
    this.#ring = before;
  }

  /** What the last read brought and has not been taken, in parts; first what an earlier exporter left. */
  take(): Closed[] {
    const left = new ClosedRows(this.#left);
    this.#left = new Uint8Array();
    const all = inParts({ rows: left, indexes: [...Array(left.length).keys()] });
    return this.#rows ? [...all, ...inParts(this.#takeShown(this.#rows))] : all;
  }

  /** How many rows could not be read since this was last asked: their flows are lost. */
  takeUnreadable(): number {
    const unreadable = this.#unreadable;
    this.#unreadable = 0;
    return unreadable;
  }

  /** Of the first tracer of all it is not known what it has shown to others. */
  #startOver(): void {
    this.#intake.clear();
    if (this.#identity !== "") this.#erased.startOver();
  }

  #takeShown(rows: ClosedRows): Closed {
    const shown = this.#intake.take(rows);
    const taken = { rows, indexes: shown.indexes.filter((index) => rows.isReadable(index)) };
    this.#unreadable += shown.indexes.length - taken.indexes.length;
    const ring = this.#ring;
    if (!ring) return taken;
    const ahead = shown.indexes.filter((index) => rows.sequence(index) > ring.closedWritten).length;
    this.#erased.add(ring, shown.indexes.length, ahead);
    this.#ring = undefined;
    return taken;
  }

  /** What to write down before the rows are acknowledged; `uncounted`: numbers of rows whose flows still wait. */
  state(uncounted: Iterable<number>): ClosedState {
    return {
      tracer: this.#identity,
      taken: this.#intake.runs(),
      rows: this.#kept.keep(new Set(uncounted), this.#rows),
      shown: this.#erased.shown,
      erased: this.#erased.count,
    };
  }

  /** Lets the kernel free what was read. @throws the system's error. */
  acknowledge(): void {
    if (!this.#rows || this.#intake.waiting === 0) return;
    this.#tracer.acknowledgeClosed();
    this.#intake.clear();
  }
}

function inParts({ rows, indexes }: Closed): Closed[] {
  const starts = Array.from({ length: Math.ceil(indexes.length / MAX_TOGETHER) }, (_, part) => part * MAX_TOGETHER);
  return starts.map((from) => ({ rows, indexes: indexes.slice(from, from + MAX_TOGETHER) }));
}
