import { setImmediate as nextTurn } from "node:timers/promises";
import { isBusy } from "./errors.ts";

/**
 * Does the work again while another process has the file's lock, for which SQLite itself waits a while each time. In between, what
 * else this thread is asked has its turn: who reads need not wait, and who stops need not either.
 */
export async function whenFree<Result>(work: () => Result, patienceMs: number): Promise<Result> {
  for (const endMs = performance.now() + patienceMs; ; await nextTurn()) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= endMs) throw error;
    }
  }
}
