import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { reasonOf, StartError, UsageError } from "../../start/errors.ts";
import type { Host } from "../../start/lib/host.ts";
import { abortOnSignals } from "../../start/lib/interrupt.ts";
import { renderError } from "../../start/render/error.ts";
import { readWords } from "../lib/words.ts";
import { type Bench, FULL, type Part, QUICK, type Section } from "./bench.ts";
import { type Circumstances, renderDocument, renderSection, renewSection } from "./document.ts";
import { ensurePackages } from "./packages.ts";
import { describeMachine, remarks } from "./rig/machine.ts";

export interface Setup {
  host: Host;
  projectRoot: string;
  parts: readonly Part[];
}

const flag = { type: "boolean", default: false } as const;

interface Call {
  quick: boolean;
  help: boolean;
  install: boolean;
  parts: readonly Part[];
}

const help = (parts: readonly Part[]) => `npm run bench -- [--quick] [--no-install] [PART …]

  PART          ${parts.map(({ name }) => name).join(", ")}; all without any
  --quick       fewer repetitions
  --no-install  print what would be installed, install nothing

A full run writes docs/benchmark.md; any other .flowtally/bench/benchmark.md, but for parts whose figures do not depend
on the machine (${parts.flatMap(({ name, standsAlone }) => (standsAlone ? [name] : [])).join(", ")}): in full they renew their own section there.
`;

/** Runs the benchmark. @returns 0 done, 1 failed, 2 unknown words on the command line, 130 interrupted. */
export async function main(argv: readonly string[], setup: Setup): Promise<number> {
  const interrupt = abortOnSignals();
  try {
    const call = parse(argv, setup.parts);
    if (call.help) {
      process.stdout.write(help(setup.parts));
      return 0;
    }
    await run(call, argv, setup, interrupt.signal);
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${help(setup.parts)}`);
      return 2;
    }
    process.stderr.write(
      error instanceof StartError ? renderError(error) : `\nThe benchmark failed: ${reasonOf(error)}\n`,
    );
    if (process.env.FLOWTALLY_DEBUG) console.error(error);
    return 1;
  } finally {
    interrupt.dispose();
  }
}

async function run(call: Call, argv: readonly string[], setup: Setup, signal: AbortSignal): Promise<void> {
  const { host, projectRoot } = setup;
  if (host.uid !== 0) throw NOT_ROOT;
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const more = Object.assign({}, ...call.parts.map(({ packages }) => packages ?? {}));
  await ensurePackages(host, { more, install: call.install, report, signal });
  const folder = path.join(projectRoot, ".flowtally/bench");
  await mkdir(folder, { recursive: true });
  const scale = call.quick ? QUICK : FULL;
  const bench: Bench = { host, projectRoot, folder, scale, isQuick: call.quick, signal, report };
  const command = ["npm run bench", ...(argv.length > 0 ? ["--", ...argv] : [])].join(" ");
  const measured = await measure(call.parts, bench, command);
  const file = await publish(measured, call, setup, folder);
  report(`written to ${path.relative(projectRoot, file)}`);
}

interface Measured {
  sections: readonly Section[];
  circumstances: Circumstances;
}

async function measure(parts: readonly Part[], bench: Bench, command: string): Promise<Measured> {
  const start = performance.now();
  const circumstances = { command, machine: describeMachine(), before: remarks() };
  const sections: Section[] = [];
  for (const part of parts) {
    bench.signal.throwIfAborted();
    const section = await part.run(bench);
    process.stdout.write(`\n${renderSection(section)}\n\n`);
    sections.push(section);
  }
  const minutes = (performance.now() - start) / 60_000;
  const date = `${new Date().toISOString().slice(0, 16)}Z`;
  return { sections, circumstances: { ...circumstances, date, minutes } };
}

/** Writes what was measured to where it belongs; returns the file. */
async function publish(measured: Measured, call: Call, setup: Setup, folder: string): Promise<string> {
  const { sections, circumstances } = measured;
  const published = path.join(setup.projectRoot, "docs/benchmark.md");
  const isComplete = call.parts.length === setup.parts.length;
  if (!call.quick && !isComplete && call.parts.every(({ standsAlone }) => standsAlone)) {
    const { command, minutes, date } = circumstances;
    const note = `Written by \`${command}\` (${minutes.toFixed(0)} min), ${date}.`;
    const page = await readFile(published, "utf8");
    const renewed = sections.reduce((text, section) => renewSection(text, section, note), page);
    await writeFile(published, renewed);
    return published;
  }
  const file = call.quick || !isComplete ? path.join(folder, "benchmark.md") : published;
  await writeFile(file, renderDocument(sections, circumstances));
  return file;
}

const NOT_ROOT = new StartError("ROOT_NEEDED", {
  what: "The benchmark needs root",
  why: "it loads BPF programs and makes network namespaces",
  fix: "sudo npm run bench",
});

/** @throws UsageError */
function parse(argv: readonly string[], parts: readonly Part[]): Call {
  const { values, positionals } = readWords(argv, { quick: flag, "no-install": flag, help: flag });
  const unknown = positionals.find((word) => !parts.some(({ name }) => name === word));
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is no part of the benchmark.`);
  const known = parts.filter(({ name }) => positionals.includes(name));
  const { quick, help, "no-install": noInstall } = values;
  return { quick, help, install: !noInstall, parts: known.length > 0 ? known : parts };
}
