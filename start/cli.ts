import { parseCommandLine } from "./command-line.ts";
import type { Command, Io } from "./commands/command.ts";
import { COMMANDS, DEFAULT_COMMAND } from "./commands/index.ts";
import { reasonOf, StartError, UsageError } from "./errors.ts";
import { abortOnSignals, Interrupted } from "./lib/interrupt.ts";
import { printable } from "./lib/printable.ts";
import { renderError } from "./render/error.ts";
import { renderHelp, renderOverview } from "./render/help.ts";

/**
 * Runs one command, of the launcher unless others are named.
 * @param fallback the command that runs when none is named.
 * @returns the exit code: 0 done, 1 failed with a named error, 2 a command line that makes no sense, 130 interrupted.
 */
export async function main(
  argv: readonly string[],
  io: Io,
  commands: Readonly<Record<string, Command>> = COMMANDS,
  fallback = DEFAULT_COMMAND,
): Promise<number> {
  const interrupt = abortOnSignals();
  try {
    const request = parseCommandLine(argv, commands, fallback);
    if (request.kind === "run") {
      const { command, operand, options } = request;
      return await command.run({ ...io, options, operand, signal: interrupt.signal });
    }
    const all = () => renderOverview(Object.values(commands), commands[fallback]);
    io.stdout.write(request.kind === "help" ? renderHelp(request.command) : all());
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted || error instanceof Interrupted) {
      io.stderr.write("\nInterrupted; everything it had started was undone.\n");
      return 130;
    }
    if (error instanceof UsageError) {
      io.stderr.write(`${printable(error.message)}\n`);
      return 2;
    }
    io.stderr.write(renderError(error instanceof StartError ? error : unexpected(error)));
    return 1;
  } finally {
    interrupt.dispose();
  }
}

/** A fault nobody foresaw still gets a name; the stack trace is shown on request only. */
function unexpected(error: unknown): StartError {
  if (process.env.FLOWTALLY_DEBUG) console.error(error);
  return new StartError(
    "UNEXPECTED",
    {
      what: "The launcher failed",
      why: reasonOf(error),
      fix: "run it again with FLOWTALLY_DEBUG=1 and report what it prints",
    },
    { cause: error },
  );
}
