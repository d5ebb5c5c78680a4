import { StartError, UsageError } from "../../start/errors.ts";
import { abortOnSignals } from "../../start/lib/interrupt.ts";
import { renderError } from "../../start/render/error.ts";
import { readWords } from "./words.ts";

interface Command {
  help: string;
  /** @returns whether all passed */
  run(words: readonly string[], signal: AbortSignal): Promise<boolean>;
  /** The code of the StartError that says that a word is not known. */
  unknownWord?: string;
}

/** Runs a suite that has a command of its own. @returns 0 all passed, 1 not so, 2 unknown words, 130 interrupted. */
export async function runCommand(argv: readonly string[], { help, run, unknownWord }: Command): Promise<number> {
  const interrupt = abortOnSignals();
  try {
    const { values, positionals } = readWords(argv, { help: { type: "boolean", default: false } });
    if (values.help) {
      process.stdout.write(help);
      return 0;
    }
    return (await run(positionals, interrupt.signal)) ? 0 : 1;
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${help}`);
      return 2;
    }
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(renderError(error));
    return error.code === unknownWord ? 2 : 1;
  } finally {
    interrupt.dispose();
  }
}
