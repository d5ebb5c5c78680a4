import { setTimeout as sleep } from "node:timers/promises";

/** Calls `probe` every half second until it returns without throwing; after `seconds` its last error is the failure. */
export async function eventually<T>(seconds: number, probe: () => Promise<T> | T): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (performance.now() > end) throw new Error(`not so after ${seconds} s`, { cause: error });
    }
    await sleep(500);
  }
}
