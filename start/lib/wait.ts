import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf, StartError } from "../errors.ts";

export interface Wait {
  /** What is awaited, as a noun phrase: "grafana", "the first flow". */
  name: string;
  /** Milliseconds until the wait ends with an error. */
  deadlineMs: number;
  /** Milliseconds between two tries. */
  everyMs?: number;
  code: string;
  fix: string;
  signal?: AbortSignal;
  /** Told the reason, each time it is another one. */
  onReason?: (reason: string) => void;
}

/**
 * Calls `probe` until it returns a value; a thrown error is the reason it is not there yet,
 * a StartError that it never will be.
 * @throws StartError with the last reason once the deadline has passed, or the signal's reason when aborted.
 */
export async function waitFor<T>(wait: Wait, probe: () => Promise<T>): Promise<T> {
  let last = "";
  const end = performance.now() + wait.deadlineMs;
  for (;;) {
    wait.signal?.throwIfAborted();
    try {
      return await probe();
    } catch (error) {
      if (error instanceof StartError) throw error;
      const reason = reasonOf(error);
      if (reason !== last) wait.onReason?.(reason);
      last = reason;
      if (performance.now() >= end) {
        const seconds = Math.round(wait.deadlineMs / 1000);
        throw new StartError(
          wait.code,
          { what: `${wait.name} not ready after ${seconds} s`, why: reason, fix: wait.fix },
          { cause: error },
        );
      }
    }
    await sleep(wait.everyMs ?? 500, undefined, wait.signal ? { signal: wait.signal } : {});
  }
}
