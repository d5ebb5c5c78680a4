import { readdirSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { writtenOut } from "../lib/printable.ts";
import { type Sidecar, sidecarSchema } from "./sidecar.ts";
import { SPLITS } from "./words.ts";

/** The data card, in the folder of the data set. */
export const CARD = "README.md";

/** Writes the data card anew, by the sidecars that are there. @throws the system's error, and leaves the old card then */
export async function writeCard(out: string): Promise<void> {
  const file = path.join(out, CARD);
  const part = path.join(out, `.${CARD}.${process.pid}`);
  try {
    await writeFile(part, renderCard(readSidecars(out)));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** All sidecars below a data set's folder, by job and number; what is no sidecar is passed over. */
export function readSidecars(out: string): Sidecar[] {
  const jobs = readdirSync(out, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const found = jobs.flatMap(({ name: job }) => SPLITS.flatMap((split) => inSplit(path.join(out, job, split))));
  return found.toSorted((one, other) => one.job.localeCompare(other.job, "en") || one.run - other.run);
}

function inSplit(folder: string): Sidecar[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.filter((name) => /^d_\d+\.json$/.test(name)).flatMap((name) => sidecarIn(path.join(folder, name)));
}

function sidecarIn(file: string): Sidecar[] {
  try {
    return [sidecarSchema.parse(JSON.parse(readFileSync(file, "utf8")))];
  } catch {
    return [];
  }
}

/** The card as Markdown. */
export function renderCard(sidecars: readonly Sidecar[]): string {
  const parts = [
    "# A data set of flow sizes",
    INTRODUCTION,
    `Licence: ${LICENCE}`,
    "## What is in it",
    ...content(sidecars),
    "## How it was recorded",
    ...how(sidecars),
    "## Columns",
    "An empty cell is a value that is not known; it is never 0.",
    ...columnTables(sidecars),
    "## Limits",
    LIMITS,
    "## Privacy",
    PRIVACY,
  ];
  return `${parts.join("\n\n")}\n`;
}

const INTRODUCTION = `Each row is a flow that a container sent, with what its host and its process had done before it began, and with its size, which is to
be predicted from that. A file is one run of a job, and all of it is in one of training, validation and test. Beside each file is a sidecar of the
same name (\`.json\`): columns, units, machine, what was lost or left out. Written by \`npm run dataset -- record\` of Flowtally, anew after each run.`;

const LICENCE = `CC-BY-4.0 (https://creativecommons.org/licenses/by/4.0/), unless whoever recorded it says otherwise beside this file.`;

const LIMITS = `- TCP only. Bytes are payload, each sent byte once, without headers and retransmits.
- Counters are read every few milliseconds (\`samples\` of a sidecar): a flow is told what the last reading before it said.
- \`first_call\` is the size itself of a flow that is sent by one call: a model that uses it should be reported apart.
- \`feature[i+1] − feature[i]\` of a container's totals knows the size of flow i, which is the past of flow i+1; within a row nothing does.
- Flows that began before the recording or had not ended with it are no rows (\`left_out\` of a sidecar).
- Times are of one machine, whose other work is in the columns \`host_*\` only.`;

const PRIVACY = `It has names of containers and images, addresses and ports of those they talked to, and names of processes nowhere. It has no content of any
connection. Look before you share it.`;

/** Runs, rows and flows by job and split. */
function content(sidecars: readonly Sidecar[]): string[] {
  if (sidecars.length === 0) return ["Nothing has been recorded yet."];
  const rows = [...groups(sidecars, ({ job }) => job)].flatMap(([job, runs]) =>
    SPLITS.map((split) => runs.filter((run) => run.split === split))
      .filter((some) => some.length > 0)
      .map((some) => [
        cell(job),
        some[0]?.split ?? "",
        String(some.length),
        String(sum(some, ({ rows: count }) => count)),
        String(sum(some, ({ flows }) => flows)),
        String(sum(some, ({ lost }) => lost)),
        String(some.filter(({ complete }) => !complete).length),
      ]),
  );
  const named = sidecars
    .filter(({ complete }) => !complete)
    .map(({ job, run, incomplete_reason: reason }) => `- ${cell(job)}, run ${run}: ${cell(reason ?? "")}`);
  return [
    table(["job", "split", "runs", "rows", "flows seen", "lost", "incomplete runs"], rows),
    ...(named.length === 0 ? [] : [`Incomplete:\n\n${named.join("\n")}`]),
  ];
}

/** What differs between runs stands there as often as it does. */
function how(sidecars: readonly Sidecar[]): string[] {
  const facts: [string, (one: Sidecar) => string][] = [
    ["A flow is", ({ flow }) => (flow.definition === "tuple" ? TUPLE : burst(flow.gap_ms))],
    ["Machine", ({ machine }) => machineWords(machine)],
    [
      "Flowtally",
      ({ flowtally }) => `${flowtally.version}${flowtally.commit === null ? "" : `, commit ${flowtally.commit}`}`,
    ],
    ["Counters are read every", ({ samples }) => `${samples.every_ms} ms`],
    ["`first_call`", ({ how: { first_call: words } }) => words],
    ["`memory_read`, `memory_write`", ({ how: { memory } }) => memory],
    ["`disk_*`", ({ how: { disks } }) => disks],
  ];
  const lines = facts.flatMap(([name, of]) =>
    [...new Set(sidecars.map(of))].map((words) => `- ${name}: ${cell(words)}`),
  );
  return lines.length === 0 ? [] : [lines.join("\n")];
}

const TUPLE = "all that a container sends on a connection";

function burst(gapMs: number | null): string {
  return `a burst: what a container sends on a connection with less than ${gapMs} ms between its segments`;
}

function machineWords(machine: Sidecar["machine"]): string {
  const memory = `${(machine.memory_bytes / 2 ** 30).toFixed(1)} GiB`;
  return `Linux ${machine.kernel} ${machine.architecture}, ${machine.cpus} CPUs (${machine.cpu_model}), ${memory}, Docker ${machine.docker}, cgroup v${machine.cgroup_version}`;
}

/** One table for each header that there is. */
function columnTables(sidecars: readonly Sidecar[]): string[] {
  const headers = groups(sidecars, ({ columns }) => columns.map(({ name }) => name).join());
  return [...headers.values()].flatMap((runs) => {
    const jobs = [...new Set(runs.map(({ job }) => cell(job)))].join(", ");
    const rows = (runs[0]?.columns ?? []).map(({ name, unit, about, source }) => [
      `\`${name}\``,
      unit,
      cell(about),
      cell(source),
    ]);
    return [`Of ${jobs}:`, table(["column", "unit", "what it is", "where it comes from"], rows)];
  });
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Names are made by others: none can end its cell, or be taken for Markdown or HTML. */
function cell(text: string): string {
  return writtenOut(text)
    .replace(/\s+/g, " ")
    .replace(/[|\\<>[\]]/g, (character) => `&#${character.codePointAt(0)};`);
}

function groups<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  return Map.groupBy(values, keyOf);
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
