import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Host } from "../../start/lib/host.ts";
import { renderTable } from "../../start/render/table.ts";
import { type Context, cacheFolder } from "../guests/context.ts";
import { runCommand } from "../lib/command.ts";
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
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  const run = async (names: readonly string[], signal: AbortSignal) => {
    const outcomes = await visitAll({ host, cache: cacheFolder(host.env), report, signal }, names, projectRoot);
    report(`\n${renderTable(tableOf(outcomes))}`);
    return outcomes.every(isPassed);
  };
  return await runCommand(argv, { help: HELP, run, unknownWord: "UNKNOWN_MACHINE" });
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
