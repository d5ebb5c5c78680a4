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
   * @returns why nothing was written; undefined: something was
   */
  async write(entry: Entry, nowMs: number): Promise<StoreError | undefined> {
    try {
      this.#store ??= await unlessLeft(this.#open, this.#left);
      await this.#drain(this.#store, nowMs);
      if (this.#spool.size > 0) await this.#spool.add(entry);
      else await this.#writeEntry(this.#store, entry, nowMs);
      return undefined;
    } catch (error) {
      await this.#spool.add(entry);
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
    if (halves.length > 0) await unlessLeft(() => store.writeTransactions(halves, nowMs), this.#left);
    if (holders.length > 0) await unlessLeft(() => store.writeMetadata(holders), this.#left);
  }
}
