import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import type { Collector } from "./collector.ts";
import type { CycleAge } from "./cycle-age.ts";
import type { RingWatch } from "./sources/kernel/pins/ring-watch.ts";

const LOOK_AT_RING_MS = 250;

export interface Cycled {
  collector: Pick<Collector, "collect" | "maintain">;
  checkpoint: Pick<Checkpoint, "keep" | "isWriting">;
  ring: Pick<RingWatch, "isFilling">;
  age: Pick<CycleAge, "end">;
  /** Called after each reading. */
  trim(): void;
}

/**
 * Reads every `seconds`, and at once where the tracer's ring fills. What is read while the checkpoint is written is not in
 * it and would not be acknowledged, so the next cycle waits for that. A timer goes by time since boot, whatever happens to
 * the clock on the wall. @returns what stops it.
 */
export function startCycles({ collector, checkpoint, ring, age, trim }: Cycled, seconds: number): () => void {
  const cycle = () => {
    const nowMs = performance.now();
    if (checkpoint.isWriting(nowMs)) return;
    collector.collect();
    age.end();
    void checkpoint.keep(nowMs);
    trim();
  };
  // The roles of sockets that are older than the tracer are only settled by the second look at the owners.
  collector.maintain();
  collector.maintain();
  cycle();
  const onTime = setInterval(cycle, seconds * 1000);
  const early = setInterval(() => {
    if (ring.isFilling()) cycle();
  }, LOOK_AT_RING_MS);
  return () => {
    clearInterval(onTime);
    clearInterval(early);
  };
}
