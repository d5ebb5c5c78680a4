import { parseArgs } from "node:util";
import type { Io } from "./commands/command.ts";
import { doctor } from "./commands/doctor.ts";
import { start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { stop } from "./commands/stop.ts";
import { reasonOf, StartError } from "./errors.ts";
import { abortOnSignals, Interrupted } from "./lib/interrupt.ts";
import { renderError } from "./render/error.ts";

const COMMANDS = { start, stop, status, doctor };

const HELP = `Flowtally: which container is behind each network flow, and what it cost.

  npm start                 check, install what is missing, build, bring up the stack, print its urls
  npm run stop              stop it; add -- --volumes to remove its data too
  npm run status            each service: state, health, memory, url; add -- --json for scripts
  npm run doctor            the checks alone

Options, after "--":
  --no-install              print what would be installed, install nothing
  --config FILE             settings to use instead of config.monitoring
  --volumes                 stop: remove the data volumes as well
  --json                    status: machine-readable
  --help                    this text
`;

/**
 * Runs one command of the launcher.
 * @returns the exit code: 0 done, 1 failed with a named error, 2 unknown words on the command line, 130 interrupted.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const call = parse(argv);
  if ("problem" in call) {
    io.stderr.write(`${call.problem}\n\n${HELP}`);
    return 2;
  }
  if (call.options.help) {
    io.stdout.write(HELP);
    return 0;
  }
  const interrupt = abortOnSignals();
  try {
    return await COMMANDS[call.command]({ ...io, options: call.options, signal: interrupt.signal });
  } catch (error) {
    if (interrupt.signal.aborted || error instanceof Interrupted) {
      io.stderr.write("\nInterrupted: what had been begun was taken back.\n");
      return 130;
    }
    io.stderr.write(renderError(error instanceof StartError ? error : unexpected(error)));
    return 1;
  } finally {
    interrupt.dispose();
  }
}

function parse(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        "no-install": { type: "boolean", default: false },
        config: { type: "string" },
        volumes: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const [command = "start", ...rest] = positionals;
    if (!isCommand(command)) return { problem: `There is no command "${command}".` };
    if (rest.length > 0) return { problem: `Unknown word "${rest[0]}".` };
    return {
      command,
      options: {
        install: !values["no-install"],
        volumes: values.volumes,
        json: values.json,
        help: values.help,
        ...(values.config === undefined ? {} : { config: values.config }),
      },
    };
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

function isCommand(word: string): word is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, word);
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
