import { rename, writeFile } from "node:fs/promises";
import path from "node:path";

/** A wall clock for one exporter alone, which can be set. */
export interface Clock {
  nodeArgs: readonly string[];
  env: Record<string, string>;
  /** By how many milliseconds it is ahead of this machine's. */
  set(ms: number): Promise<void>;
}

export async function createClock(folder: string): Promise<Clock> {
  const file = path.join(folder, "clock");
  const set = async (ms: number) => {
    await writeFile(`${file}.new`, `${ms}`);
    await rename(`${file}.new`, file);
  };
  await set(0);
  const preload = path.join(import.meta.dirname, "settable-clock.ts");
  return { nodeArgs: ["--import", preload], env: { TEST_CLOCK: file }, set };
}
