import { parseArgs } from "node:util";
import type { Command, Option, OptionTable, OptionValues } from "./commands/command.ts";
import { UsageError } from "./errors.ts";
import { closest } from "./settings/nearest.ts";

/** What the user asked for: help on everything, help on one command, or a command with its options. */
type Request =
  | { kind: "overview" }
  | { kind: "help"; command: Command }
  | { kind: "run"; command: Command; operand: string | undefined; options: OptionValues<OptionTable> };

interface Parsed {
  options: OptionValues<OptionTable>;
  words: string[];
  help: boolean;
}

/**
 * Reads a command line: the command's name first, then its own options and operand in any order.
 * @param fallback the command that runs when none is named.
 * @throws UsageError for an unknown command, word or option, and for a missing or needless value.
 */
export function parseCommandLine(
  argv: readonly string[],
  commands: Readonly<Record<string, Command>>,
  fallback: string,
): Request {
  const named = argv[0] !== undefined && !argv[0].startsWith("-");
  const name = named ? String(argv[0]) : fallback;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(unknownCommand(name, Object.keys(commands)));
  const { options, words, help } = parseOptions(named ? argv.slice(1) : argv, command, Object.values(commands));
  if (help) return named ? { kind: "help", command } : { kind: "overview" };
  const surplus = words[command.operand ? 1 : 0];
  if (surplus !== undefined) throw new UsageError(unexpected(surplus, command));
  return { kind: "run", command, operand: words[0], options };
}

/** npm takes one `--` away; behind a second one options are words. */
function unexpected(word: string, command: Command): string {
  const isOption = Object.hasOwn(command.options, word.replace(/^--/, "").split("=")[0] ?? "");
  const hint =
    word.startsWith("--") && isOption ? "Leave out the second --: options follow the first." : helpOn(command);
  return `Unexpected argument "${word}". ${hint}`;
}

/** Node's parser splits the words; which of them make sense is decided here, since its own messages are long. */
function parseOptions(args: readonly string[], command: Command, commands: readonly Command[]): Parsed {
  const table: OptionTable = { ...command.options, help: { type: "boolean", about: "" } };
  const options = Object.fromEntries(Object.entries(table).map(([name, { type }]) => [name, { type }]));
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: { ...options, help: { type: "boolean", short: "h" } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const typed = args[token.index]?.split("=")[0] ?? token.rawName;
    const fault = Object.hasOwn(table, token.name)
      ? valueFault(typed, table[token.name], token)
      : unknownOption(typed, command, commands);
    if (fault) throw new UsageError(fault);
  }
  const { help = false, ...given } = values;
  return {
    options: { ...absent(command.options), ...given } as Parsed["options"],
    words: positionals,
    help: help === true,
  };
}

function absent(table: OptionTable): OptionValues<OptionTable> {
  return Object.fromEntries(
    Object.entries(table).map(([name, { type }]) => [name, type === "boolean" ? false : undefined]),
  );
}

/** A value that looks like an option is one whose own value was forgotten, unless `=` joins the two. */
function valueFault(
  typed: string,
  option: Option | undefined,
  { value, inlineValue }: { value: string | undefined; inlineValue: boolean | undefined },
): string | undefined {
  if (option?.type !== "string") return value === undefined ? undefined : `Option ${typed} takes no value.`;
  const isMissing = value === undefined || value === "" || (inlineValue !== true && value.startsWith("-"));
  return isMissing ? `Option ${typed} needs a value: ${typed} ${option.value}` : undefined;
}

function unknownCommand(name: string, commands: readonly string[]): string {
  const guess = closest(name, commands);
  const hint = guess === undefined ? `The commands are ${commands.join(", ")}.` : `Did you mean ${guess}?`;
  return `Unknown command "${name}". ${hint}`;
}

/** The nearest of the command's own options; else what it takes, and which commands take what was meant. */
function unknownOption(typed: string, command: Command, commands: readonly Command[]): string {
  const word = typed.replace(/^-+/, "");
  const guess = closest(word, [...Object.keys(command.options), "help"]);
  if (guess !== undefined) return `Unknown option ${typed}. Did you mean --${guess}?`;
  const elsewhere = closest(word, [...new Set(commands.flatMap(({ options }) => Object.keys(options)))]);
  const takers = commands.filter(({ options }) => elsewhere !== undefined && Object.hasOwn(options, elsewhere));
  const hint =
    elsewhere === undefined ? "" : ` --${elsewhere} is an option of ${listOf(takers.map(({ usage }) => usage))}.`;
  return `Unknown option ${typed}. ${helpOn(command)}${hint}`;
}

function helpOn({ usage, operand, options }: Command): string {
  const all = [...(operand ? [operand.name] : []), ...[...Object.keys(options), "help"].map((name) => `--${name}`)];
  return `${usage} takes ${listOf(all)}.`;
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
