import { type ParseArgsConfig, parseArgs } from "node:util";
import { reasonOf, UsageError } from "../../start/errors.ts";

/**
 * Reads the words of a command line.
 * @throws UsageError naming the word at fault; Node would add how to pass it on as no option, which helps nobody here
 */
export function readWords<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  argv: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(reasonOf(error).replace(/\. To specify .*$/s, "."));
  }
}
