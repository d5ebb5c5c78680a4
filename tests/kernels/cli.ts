import { reasonOf, StartError, UsageError } from "../../start/errors.ts";
import { createHost } from "../../start/lib/host.ts";
import { abortOnSignals } from "../../start/lib/interrupt.ts";
import { renderError } from "../../start/render/error.ts";
import { type Context, cacheFolder } from "../guests/context.ts";
import { KERNELS, kernelsNamed, SHORT_LIST } from "../guests/kernels.ts";
import { provideGuests } from "../guests/provide.ts";
import { readWords } from "../lib/words.ts";
import { buildForGuests, removeBuild } from "./build.ts";
import { runMatrix } from "./matrix.ts";
import { faultsOf, type Outcome } from "./outcome.ts";
import { provideTests } from "./provide.ts";
import { FULL, SHORT } from "./run.ts";
import { renderOutcomes } from "./table.ts";

const HELP = `npm run test:kernels -- [--short] [KERNEL …]

Boots stock Debian kernels in QEMU and runs the tracer's tests in each, two kernels at a time.

  KERNEL    ${KERNELS.map(({ name }) => name).join(", ")}; all without any, with --short ${SHORT_LIST.join(", ")}
  --short   ${SHORT.connections} connections in the heavy tests instead of ${FULL.connections}, and none of the loader's own tests

Packages and what is made of them are kept in ~/.cache/flowtally/guests (or beneath XDG_CACHE_HOME).
`;

/** @returns the exit code: 0 all is well, 1 something failed, 2 unknown words, 130 interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupt = abortOnSignals();
  try {
    const call = parse(argv);
    if (call.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const outcomes = await run(call, interrupt.signal);
    process.stdout.write(`\n${renderOutcomes(outcomes)}\n`);
    return outcomes.every(isGood) ? 0 : 1;
  } catch (error) {
    if (interrupt.signal.aborted) {
      process.stderr.write("interrupted; nothing is left running\n");
      return 130;
    }
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${HELP}`);
      return 2;
    }
    process.stderr.write(error instanceof StartError ? renderError(error) : `${reasonOf(error)}\n`);
    return error instanceof StartError && error.code === "UNKNOWN_KERNEL" ? 2 : 1;
  } finally {
    interrupt.dispose();
  }
}

const flag = { type: "boolean", default: false } as const;

interface Call {
  short: boolean;
  help: boolean;
  names: readonly string[];
}

async function run({ short, names }: Call, signal: AbortSignal): Promise<Outcome[]> {
  const kernels = kernelsNamed(names.length > 0 || !short ? names : SHORT_LIST);
  const host = createHost();
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const context: Context = { host, cache: cacheFolder(host.env), report, signal };
  await provideGuests(context);
  await provideTests(context);
  const built = await buildForGuests(context);
  try {
    let done = 0;
    const onOutcome = (outcome: Outcome) => {
      done += 1;
      report(`${outcome.name}: ${summary(outcome)}, ${done} of ${kernels.length}`);
    };
    return await runMatrix(context, { kernels, built, scale: short ? SHORT : FULL, onOutcome });
  } finally {
    await removeBuild(built);
  }
}

function isGood(outcome: Outcome): boolean {
  return faultsOf(outcome).length === 0;
}

function summary(outcome: Outcome): string {
  return `${isGood(outcome) ? "passed" : "FAILED"} after ${Math.round(outcome.seconds)} s`;
}

function parse(argv: readonly string[]): Call {
  const { values, positionals } = readWords(argv, { short: flag, help: flag });
  return { ...values, names: positionals };
}
