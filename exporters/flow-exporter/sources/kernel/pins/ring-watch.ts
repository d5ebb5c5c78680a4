import { decodeStatus } from "../rows/status-row.ts";
import type { Tracer } from "./tracer.ts";

/** Looks, between two cycles, whether the tracer's ring of ended flows can wait for the next. */
export class RingWatch {
  readonly #tracer: Pick<Tracer, "status">;
  #freed = -1;

  constructor(tracer: Pick<Tracer, "status">) {
    this.#tracer = tracer;
  }

  /**
   * Whether it has become half full. A ring that nothing was freed in since the last time is left to the cycles: to read
   * it once more would not help. Never throws: what is wrong with the tracer, the next cycle finds.
   */
  isFilling(): boolean {
    try {
      const { closedWritten, closedLost, closedFreed, room } = decodeStatus(this.#tracer.status());
      if ((closedWritten - closedLost - closedFreed) * 2 < room.closed || closedFreed === this.#freed) return false;
      this.#freed = closedFreed;
      return true;
    } catch {
      return false;
    }
  }
}
