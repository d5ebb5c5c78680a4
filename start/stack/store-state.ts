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

/** Null where flow-exporter does not answer within `timeoutMs`, or has no store. */
export async function readStoreState(exporterUrl: string, timeoutMs: number): Promise<StoreState | null> {
  try {
    const response = await fetch(`${exporterUrl}/healthz`, { signal: AbortSignal.timeout(timeoutMs) });
    const { sources, store } = answer.parse(await response.json());
    return { ...sources.store, waiting_bytes: store.waiting.bytes, dropped: store.dropped };
  } catch {
    return null;
  }
}
