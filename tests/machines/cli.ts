import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { StartError, UsageError } from "../../start/errors.ts";
import type { Host } from "../../start/lib/host.ts";
import { abortOnSignals } from "../../start/lib/interrupt.ts";
import { renderError } from "../../start/render/error.ts";
import { renderTable } from "../../start/render/table.ts";
import { type Context, cacheFolder } from "../guests/context.ts";
import { readWords } from "../lib/words.ts";
import { packLuggage } from "./luggage.ts";
import { MACHINES, machinesNamed } from "./machines.ts";
import { prepareHost } from "./prepare-host.ts";
import { isPassed, type Outcome, tableOf } from "./report.ts";
import { visit } from "./visit.ts";

const HELP = `npm run test:machines [-- MACHINE …]

  MACHINE   ${MACHINES.map(({ name }) => name).join(", ")}; all without any

Tests the project as it is committed. Needs root, and takes about a quarter of an hour a machine, on two idle CPUs.
`;

/** Runs the machines one after the other. @returns 0 all passed, 1 not so, 2 unknown words, 130 interrupted. */
export async function main(argv: readonly string[], host: Host, projectRoot: string): Promise<number> {
  const interrupt = abortOnSignals();
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  const context = { host, cache: cacheFolder(host.env), report, signal: interrupt.signal };
  try {
    const { values, positionals } = readWords(argv, { help: { type: "boolean", default: false } });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const outcomes = await visitAll(context, positionals, projectRoot);
    report(`\n${renderTable(tableOf(outcomes))}`);
    return outcomes.every(isPassed) ? 0 : 1;
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${HELP}`);
      return 2;
    }
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(renderError(error));
    return error.code === "UNKNOWN_MACHINE" ? 2 : 1;
  } finally {
    interrupt.dispose();
  }
}

async function visitAll(context: Context, names: readonly string[], projectRoot: string): Promise<Outcome[]> {
  const machines = machinesNamed(names);
  await prepareHost(context, projectRoot);
  const logs = path.join(projectRoot, ".flowtally/machines");
  await mkdir(logs, { recursive: true });
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-machines-"));
  const outcomes: Outcome[] = [];
  try {
    const luggage = await packLuggage(context, projectRoot, folder);
    context.report(`what is tested: ${luggage.commit}`);
    for (const machine of machines) {
      const outcome = await visit(context, machine, luggage, path.join(logs, machine.name));
      context.report(`${machine.name}: ${outcome.error ?? `done after ${outcome.seconds.toFixed(0)} s`}`);
      outcomes.push(outcome);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return outcomes;
}
