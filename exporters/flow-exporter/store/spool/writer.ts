import { StoreError } from "../error.ts";
import type { Store } from "../store.ts";
import type { Entry, Spool } from "./spool.ts";

/** Entries of before that go in with one write. With all of them, whoever writes would wait for a minute's worth. */
const MAX_DRAINED = 20;

/** Writes to a database that may be away: what it does not take waits in a spool, and goes in before anything later does. */
export class SpooledWriter {
  readonly #open: () => Promise<Store>;
  readonly #spool: Spool;
  #store: Store | undefined;

  /** `open`: is called until it has succeeded once. */
  constructor(open: () => Promise<Store>, spool: Spool) {
    this.#open = open;
    this.#spool = spool;
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
      this.#store ??= await this.#open();
      await this.#drain(this.#store, nowMs);
      if (this.#spool.size > 0) await this.#spool.add(entry);
      else await writeEntry(this.#store, entry, nowMs);
      return undefined;
    } catch (error) {
      await this.#spool.add(entry);
      return error instanceof StoreError ? error : new StoreError("FAILED", `the spool: ${error}`, error);
    }
  }

  async close(): Promise<void> {
    await this.#store?.close();
  }

  /** An entry that was written and is still there after a crash is written again, which changes nothing. */
  async #drain(store: Store, nowMs: number): Promise<void> {
    for (let left = MAX_DRAINED; left > 0; left--) {
      const entry = await this.#spool.first();
      if (entry === undefined) return;
      await writeEntry(store, entry, nowMs);
      await this.#spool.removeFirst();
    }
  }
}

async function writeEntry(store: Store, { halves, holders }: Entry, nowMs: number): Promise<void> {
  if (halves.length > 0) await store.writeTransactions(halves, nowMs);
  if (holders.length > 0) await store.writeMetadata(holders);
}
