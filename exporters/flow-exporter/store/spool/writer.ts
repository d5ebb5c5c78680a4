import { StoreError } from "../error.ts";
import type { Store } from "../store.ts";
import type { Entry, Spool } from "./spool.ts";
import { unlessLeft } from "./unless-left.ts";

/** Entries of before that go in with one write. With all of them, whoever writes would wait for a minute's worth. */
const MAX_DRAINED = 20;

/** Writes to a database that may be away: what it does not take waits in a spool, and goes in before anything later does. */
export class SpooledWriter {
  readonly #open: () => Promise<Store>;
  readonly #spool: Spool;
  readonly #left: AbortSignal;
  #store: Store | undefined;
  /** Why rows were left out of what is being written. */
  #refusal: StoreError | undefined;

  /**
   * `open`: is called until it has succeeded once. `left`: once it is aborted, the database is not waited for any longer: what it is
   * at may be written or not, and waits in the spool, since the same may be written twice.
   */
  constructor(open: () => Promise<Store>, spool: Spool, left: AbortSignal) {
    this.#open = open;
    this.#spool = spool;
    this.#left = left;
  }

  /** The store, once it has been opened. */
  get store(): Store | undefined {
    return this.#store;
  }

  /**
   * Writes what waits, a number of entries at a time, and once all of it is written `entry`; until then, that is kept. One call at
   * a time. Never rejects.
   * @param nowMs the wall clock of now, for entries of before too: it stands for how long ago their flows started
   * @returns why nothing was written, or not all; undefined: something was
   */
  async write(entry: Entry, nowMs: number): Promise<StoreError | undefined> {
    this.#refusal = undefined;
    try {
      this.#store ??= await unlessLeft(this.#open, this.#left);
      await this.#drain(this.#store, nowMs);
      if (this.#spool.size > 0) await this.#spool.add(entry);
      else await this.#writeEntry(this.#store, entry, nowMs);
      return this.#refusal;
    } catch (error) {
      await this.#spool.add(entry);
      if (error instanceof StoreError && error.code === "NO_TABLES") await this.#openAnew();
      return error instanceof StoreError ? error : new StoreError("FAILED", `the spool: ${error}`, error);
    }
  }

  /** Leaves open what it has left. */
  async close(): Promise<void> {
    if (!this.#left.aborted) await this.#store?.close();
  }

  /** An entry that was written and is still there after a crash is written again, which changes nothing. */
  async #drain(store: Store, nowMs: number): Promise<void> {
    for (let left = MAX_DRAINED; left > 0; left--) {
      const entry = await this.#spool.first();
      if (entry === undefined) return;
      await this.#writeEntry(store, entry, nowMs);
      await this.#spool.removeFirst();
    }
  }

  async #writeEntry(store: Store, { halves, holders }: Entry, nowMs: number): Promise<void> {
    await this.#writeRows(halves, (rows) => store.writeTransactions(rows, nowMs));
    await this.#writeRows(holders, (rows) => store.writeMetadata(rows));
  }

  /** A row that no database takes would keep out all that come after it: it is looked for, left out and counted. */
  async #writeRows<Row>(rows: readonly Row[], write: (rows: readonly Row[]) => Promise<void>): Promise<void> {
    if (rows.length === 0) return;
    try {
      await unlessLeft(() => write(rows), this.#left);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "BAD_ROWS") throw error;
      if (rows.length === 1) {
        this.#spool.dropped += 1;
        this.#refusal = new StoreError("BAD_ROWS", `a row was left out: ${error.message}`, error);
        return;
      }
      const middle = Math.ceil(rows.length / 2);
      for (const part of [rows.slice(0, middle), rows.slice(middle)]) await this.#writeRows(part, write);
    }
  }

  /** The next write opens the database again, which makes the tables. */
  async #openAnew(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    await store?.close().catch(() => {});
  }
}
