import { setTimeout as sleep } from "node:timers/promises";

/** Waits until `condition` holds. @throws Error after five seconds, naming what was awaited. */
export async function until(awaited: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${awaited}: not after 5 s`);
    await sleep(5);
  }
}
