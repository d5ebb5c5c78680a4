import type { Host } from "../lib/host.ts";

/** What the launcher may touch, handed in by `start.ts` so that tests can hand in something else. */
export interface Io {
  host: Host;
  projectRoot: string;
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream;
}

/** One option of a command: what the parser accepts and what the help text says. */
export type Option =
  | { type: "boolean"; about: string }
  /** `value` stands for the value in the help text: FILE. */
  | { type: "string"; value: string; about: string };

export type OptionTable = Readonly<Record<string, Option>>;

/** Options as they were typed; what a value must look like, the command checks itself. */
export type OptionValues<Table extends OptionTable> = {
  -readonly [Name in keyof Table]: ValueOf<Table[Name]>;
};

type ValueOf<One extends Option> = One extends { type: "boolean" } ? boolean : string | undefined;

interface Call<Table extends OptionTable> extends Io {
  options: OptionValues<Table>;
  /** What stands behind the command's name. */
  operand: string | undefined;
  signal: AbortSignal;
}

/** One verb of the command line, with everything it takes. */
export interface Command<Table extends OptionTable = OptionTable> {
  /** How a user calls it: `npm run stop`. */
  usage: string;
  /** What it does, in one line. */
  about: string;
  /** The one word it takes behind its name, for the commands that take one. */
  operand?: { name: string; about: string };
  options: Table;
  /** Returns the exit code; throws StartError for a failure it can explain, UsageError for senseless words. */
  run(call: Call<Table>): Promise<number>;
}

/** Lets TypeScript derive the types of a command's options from its table. */
export function defineCommand<const Table extends OptionTable>(command: Command<Table>): Command<Table> {
  return command;
}
