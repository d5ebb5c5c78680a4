import { parseCommandLine } from "./command-line.ts";
import type { Io } from "./commands/command.ts";
import { doctor } from "./commands/doctor.ts";
import { start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { stop } from "./commands/stop.ts";
import { stress } from "./commands/stress.ts";
import { tune } from "./commands/tune.ts";
import { reasonOf, StartError, UsageError } from "./errors.ts";
import { abortOnSignals, Interrupted } from "./lib/interrupt.ts";
import { renderError } from "./render/error.ts";

const COMMANDS = { start, stop, status, doctor, tune, stress };

const HELP = `Flowtally: which container is behind each network flow, and what it cost.

  npm start                 check, install what is missing, build, bring up the stack, print its urls
  npm run stop              stop it; add -- --volumes to remove its data too
  npm run status            each service: state, health, memory, url; add -- --json for scripts
  npm run doctor            the checks alone
  npm run tune              set Grafana's memory limit to its average use plus 20 %
  npm run stress -- LOAD    a bounded load, and what it moves: disk, cpu, memory, network or flows

Options, after "--":
  --no-install              print what would be installed, install nothing
  --config FILE             settings to use instead of config.monitoring; status, tune and stress
                            go by those that the running stack was started with
  --volumes                 stop: remove the data volumes as well
  --json                    status: machine-readable
  --window TIME             tune: over which time, 30s to 24h (15m)
  --exact                   tune: average plus 20 % even where the peak would not fit
  --container NAME          tune: another container than grafana
  --when-ready              tune: wait until there is enough data
  --seconds N               stress: how long, 5 to 600 (20)
  --help                    this text
`;

/**
 * Runs one command of the launcher.
 * @returns the exit code: 0 done, 1 failed with a named error, 2 unknown words on the command line, 130 interrupted.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const interrupt = abortOnSignals();
  try {
    const { command, words, options } = parseCommandLine(argv, COMMANDS);
    if (options.help) {
      io.stdout.write(HELP);
      return 0;
    }
    return await COMMANDS[command]({ ...io, options, words, signal: interrupt.signal });
  } catch (error) {
    if (interrupt.signal.aborted || error instanceof Interrupted) {
      io.stderr.write("\nInterrupted: what had been begun was taken back.\n");
      return 130;
    }
    if (error instanceof UsageError) {
      io.stderr.write(`${error.message}\n\n${HELP}`);
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
