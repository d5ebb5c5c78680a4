import type { Worker } from "node:worker_threads";
import type { Log } from "../../model/source-health.ts";
import { StoreFeed, type StoreOrigin } from "./store-feed.ts";
import { ThreadedStore } from "./threaded-store.ts";

const SNAPSHOT_MS = 10_000;
/** Less than half of the time in which the exporter stops: the rest is for writing to the disk what the database has not taken. */
const LEAVE_AFTER_MS = 1_500;

export interface RunningStore {
  feed: StoreFeed;
  /** For those who ask. */
  reader: ThreadedStore;
  /** From now on, snapshots are made. */
  begin(): void;
  /** Hands over what there is, and ends the thread once it has written that, to its spool where the database hangs. Never rejects. */
  stop(): Promise<void>;
  /** Ends the thread, whatever it is at. */
  terminate(): Promise<void>;
}

/** A store in a thread, and what tells it of this node's flows. */
export function startStore(startThread: () => Worker, origin: StoreOrigin, log: Log): RunningStore {
  const reader = new ThreadedStore(startThread);
  const feed = new StoreFeed(reader, origin, log);
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    feed.snapshot();
    timer = setInterval(() => feed.snapshot(), SNAPSHOT_MS);
  };
  const stop = async () => {
    clearInterval(timer);
    const leaving = setTimeout(() => void reader.leave().catch(() => {}), LEAVE_AFTER_MS);
    await feed.flush();
    await reader.close().catch(() => {});
    clearTimeout(leaving);
  };
  return { feed, reader, begin, stop, terminate: () => reader.terminate() };
}
