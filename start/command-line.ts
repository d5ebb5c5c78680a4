import type { Options } from "./commands/command.ts";
import { UsageError } from "./errors.ts";
import { readWords } from "./lib/words.ts";

interface CommandLine<Name> {
  command: Name;
  /** What stands behind the command's name. */
  words: string[];
  options: Options;
}

const OPTIONS = {
  "no-install": { type: "boolean", default: false },
  volumes: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
  exact: { type: "boolean", default: false },
  "when-ready": { type: "boolean", default: false },
  config: { type: "string" },
  window: { type: "string" },
  container: { type: "string" },
  seconds: { type: "string" },
} as const;

/** The only command that takes a word behind its name. */
const TAKES_A_WORD = "stress";

/**
 * @param commands whose keys are the commands there are; without a word it is `start`.
 * @throws UsageError for an unknown command, word or option.
 */
export function parseCommandLine<Name extends string>(
  argv: readonly string[],
  commands: Readonly<Record<Name, unknown>>,
): CommandLine<Name> {
  const { values, positionals } = readWords(argv, OPTIONS);
  const [command = "start", ...words] = positionals;
  const isCommand = (word: string): word is Name => Object.hasOwn(commands, word);
  if (!isCommand(command)) throw new UsageError(`There is no command "${command}".`);
  const surplus = words[command === TAKES_A_WORD ? 1 : 0];
  if (surplus !== undefined) throw new UsageError(`Unknown word "${surplus}".`);
  const { "no-install": noInstall, "when-ready": whenReady, ...rest } = values;
  return { command, words, options: { ...rest, install: !noInstall, whenReady } };
}
