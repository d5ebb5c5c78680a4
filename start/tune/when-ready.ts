import { StartError } from "../errors.ts";
import { waitFor } from "../lib/wait.ts";
import { type Tuned, type TuneOptions, tune } from "./tune.ts";

/** Tries in one window. */
const TRIES = 30;
/** Twice the window: a stack of which so much time brings too little data will not bring more. */
const DEADLINE_WINDOWS = 2;
/** What time alone may mend. All else ends the wait, a container that is gone above all. */
const PASSING = ["TOO_LITTLE_DATA", "NO_PROMETHEUS"];

/**
 * Tunes as soon as there is enough data.
 * @throws StartError what stands in the way: at once when waiting cannot mend it, else after twice the window.
 */
export async function tuneWhenReady(
  options: TuneOptions & { signal: AbortSignal; onReason: (reason: string) => void },
): Promise<Tuned> {
  const wait = {
    name: `the memory limit of ${options.container}`,
    deadlineMs: options.windowSeconds * DEADLINE_WINDOWS * 1000,
    everyMs: (options.windowSeconds * 1000) / TRIES,
    code: "TOO_LITTLE_DATA",
    fix: "run `npm run tune` later",
    signal: options.signal,
    onReason: options.onReason,
  };
  return waitFor(wait, () => tune(options).catch(letPass));
}

/** waitFor goes on after any error but a StartError. */
function letPass(error: unknown): never {
  const passes = error instanceof StartError && PASSING.includes(error.code);
  throw passes ? new Error(error.explanation.why) : error;
}
