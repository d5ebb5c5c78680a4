import path from "node:path";
import { UsageError } from "../errors.ts";
import type { Host } from "../lib/host.ts";

const MIN_SECONDS = 1;
const MAX_SECONDS = 600;
/** Some answers are asked for every ten seconds only. */
const DEFAULT_SECONDS = "15";

/** @throws UsageError for what is no whole number from 1 to 600. */
export function recordSeconds(text = DEFAULT_SECONDS): number {
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return seconds;
  throw new UsageError(`Option --seconds takes a whole number from ${MIN_SECONDS} to ${MAX_SECONDS}, not "${text}".`);
}

/**
 * The folder that was named, as seen from where the user is: npm changes to the project's.
 * @param usage the command, for whom names none.
 * @throws UsageError without one.
 */
export function folderNamed(usage: string, word: string | undefined, { env }: Pick<Host, "env">): string {
  if (word === undefined) throw new UsageError(`${usage} needs a folder: ${usage} -- FOLDER`);
  return path.resolve(env.INIT_CWD ?? "", word);
}
