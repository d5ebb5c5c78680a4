import { setTimeout as sleep } from "node:timers/promises";

/** How many times as long as elsewhere all takes here: FLOW_TEST_PATIENCE, of emulated machines. */
const PATIENCE = Number(process.env.FLOW_TEST_PATIENCE ?? 1);

/** Calls `probe` every half second until it returns without throwing; after `seconds` its last error is the failure. */
export async function eventually<T>(seconds: number, probe: () => Promise<T> | T): Promise<T> {
  const deadline = seconds * PATIENCE;
  const end = performance.now() + deadline * 1000;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (performance.now() > end) throw new Error(`not so after ${deadline} s`, { cause: error });
    }
    await sleep(500);
  }
}
