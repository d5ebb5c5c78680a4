import type { Status } from "../decode/status-row.ts";

/** Sockets the kernel side had no room for, summed over the tracer's lives. */
export class LostFlows {
  total = 0;
  #storageLost = 0;
  #liveLost = 0;

  /** Takes in one status; the tracer's own count starts over when it does. */
  add({ storageLost, liveLost }: Status): void {
    const restarted = storageLost < this.#storageLost;
    this.total += restarted ? storageLost : storageLost - this.#storageLost;
    this.total += Math.max(0, liveLost - this.#liveLost);
    this.#storageLost = storageLost;
    this.#liveLost = liveLost;
  }
}
