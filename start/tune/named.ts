import { UsageError } from "../errors.ts";
import { writtenOut } from "../lib/printable.ts";

/** How Docker itself lets a container be called; an id is of the same characters. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/**
 * The container that the user named. Docker's address of it is made of the name, so one like `../../info` would ask for
 * something else.
 * @throws UsageError for what no container can be called.
 */
export function containerNamed(word: string): string {
  if (NAME.test(word)) return word;
  throw new UsageError(`Option --container takes the name of a container, not "${writtenOut(word)}".`);
}
