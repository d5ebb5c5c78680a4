import { setTimeout as sleep } from "node:timers/promises";

/** How many times as long as elsewhere all takes here: FLOW_TEST_PATIENCE, of emulated machines. */
const PATIENCE = Number(process.env.FLOW_TEST_PATIENCE ?? 1);
/** What is so at once is seen at once; what takes longer is not worth asking for all the time. */
const [FIRST_PAUSE_MS, LAST_PAUSE_MS] = [50, 500];

/**
 * Calls `probe` again and again, in the end every half second, until it returns without throwing; after `seconds` its last
 * error is the failure.
 */
export async function eventually<T>(seconds: number, probe: () => Promise<T> | T): Promise<T> {
  const deadline = seconds * PATIENCE;
  const end = performance.now() + deadline * 1000;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
    try {
      return await probe();
    } catch (error) {
      if (performance.now() > end) throw new Error(`not so after ${deadline} s`, { cause: error });
    }
    await sleep(pause);
  }
}
