import { z } from "zod";

const count = z.int().min(0);

const answer = z.object({
  sources: z.object({ store: z.object({ up: z.boolean().nullable(), reason: z.string() }) }),
  store: z.object({ dropped: count, waiting: z.object({ bytes: count }) }),
});

/** How writing to the database of `FLOW_STORE` goes. */
export interface StoreState {
  /** Null before the first write. */
  up: boolean | null;
  /** Why the last write failed; empty: it did not. */
  reason: string;
  /** What waits on disk. */
  waiting_bytes: number;
  /** Rows that there was no room for on disk, or that the database does not take; they are lost. */
  dropped: number;
}

/** Out of flow-exporter's health; null where that is not known, or has no store. */
export function storeStateIn(health: unknown): StoreState | null {
  const { data } = answer.safeParse(health);
  return data ? { ...data.sources.store, waiting_bytes: data.store.waiting.bytes, dropped: data.store.dropped } : null;
}
