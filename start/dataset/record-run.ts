import type Docker from "dockerode";
import { columnsOf } from "../../exporters/flow-exporter/dataset/columns.ts";
import type { Machine } from "../../exporters/flow-exporter/dataset/recorded.ts";
import { type Recording, type Rows, rowsOf } from "../../exporters/flow-exporter/dataset/rows.ts";
import { reasonOf, StartError } from "../errors.ts";
import { provideImages } from "../images/index.ts";
import type { Host } from "../lib/host.ts";
import { readSidecars, writeCard } from "./card.ts";
import { type Collected, collect, type Progress } from "./collect.ts";
import { type Chosen, chooseContainers } from "./containers.ts";
import { type MachineFacts, readMachine } from "./machine.ts";
import { forgetRun, nameRun, provideFolder, type RunFolder, reserveRun } from "./run-folder.ts";
import { ROOTS } from "./sampler/host-counters.ts";
import { type Sidecar, sidecarOf, writeSidecar } from "./sidecar.ts";
import type { RunWords } from "./words.ts";
import { type Written, writeCsv, writeParquet } from "./write-rows.ts";

/** As the first published set was sampled. */
const EVERY_MS = 50;

export interface Surroundings {
  host: Host;
  docker: Docker;
  projectRoot: string;
  /** Of what takes its time before the recording. */
  onStep?(line: string): void;
}

export interface RunRequest extends RunWords {
  /** Once all is attached: what is to be recorded may start. */
  onRecording?(containers: readonly string[]): void;
  onProgress?(progress: Progress): void;
  /** Ends the recording early: what there is by then is kept. */
  signal: AbortSignal;
  /** Page faults as the kernel counts them, although there may be a PMU. */
  memory?: "auto" | "faults";
}

/** A run that was written. */
export interface RecordedRun {
  /** Where its rows are. */
  file: string;
  sidecar: Sidecar;
  /** Why the data card could not be written. */
  cardReason: string | undefined;
}

/** Records one run of a job, and writes it. @throws StartError where nothing could be recorded */
export async function recordRun(surroundings: Surroundings, request: RunRequest): Promise<RecordedRun> {
  const { out, job } = request;
  const prepared = await prepareRun(surroundings, request);
  await provideFolder(out);
  assertSameJob(request, readSidecars(out));
  const run = await reserveRun(out, job, request.format, request.split);
  const collected = await collectRun(surroundings.docker, request, prepared).catch(async (error: unknown) => {
    await forgetRun(out, job, run);
    throw error;
  });
  return await write(request, run, prepared.machine, collected).catch((error: unknown) => {
    // What of it was written stays.
    throw notWritten(run, error);
  });
}

function notWritten({ rows, rowsName }: RunFolder, cause: unknown): StartError {
  const explanation = {
    what: `The run could not be written to ${rowsName}`,
    why: reasonOf(cause),
    fix: `look whether its rows are in ${rows}; leave the folder as it is while a recording is made`,
  };
  return new StartError("DATASET_NOT_WRITTEN", explanation, { cause });
}

/**
 * Whoever reads a job's files reads them together.
 * @throws StartError DATASET_DIFFERS where its runs have other flows or columns
 */
export function assertSameJob(
  { job, flow, gapMs, columns }: Pick<RunRequest, "job" | "flow" | "gapMs" | "columns">,
  sidecars: readonly Sidecar[],
): void {
  const [before] = sidecars.filter((one) => one.job === job);
  if (before === undefined) return;
  const told = (definition: string, gap: number | null, names: readonly string[]) =>
    `--flow ${definition}${gap === null ? "" : ` --gap ${gap}ms`}, ${names.length} columns`;
  const has = told(
    before.flow.definition,
    before.flow.gap_ms,
    before.columns.map(({ name }) => name),
  );
  const wanted = told(
    flow,
    flow === "burst" ? gapMs : null,
    columnsOf(columns).map(({ name }) => name),
  );
  if (has === wanted) return;
  throw new StartError("DATASET_DIFFERS", {
    what: `This run cannot be one of job ${job}`,
    why: `run ${before.run} of it has ${has}; this one would have ${wanted}`,
    fix: "record it as another job (--job), or into another folder (--out)",
  });
}

/** What a recording needs, before anything of it is there. */
interface Prepared {
  chosen: readonly Chosen[];
  image: string;
  machine: MachineFacts;
}

/** @throws StartError where a container cannot be recorded, or the image cannot be had */
export async function prepareRun(surroundings: Surroundings, request: RunRequest): Promise<Prepared> {
  const chosen = await chooseContainers(surroundings.docker, request.containers);
  const image = await provideImage(surroundings, request.signal);
  return { chosen, image, machine: await readMachine({ ...surroundings, roots: ROOTS }, image) };
}

/** Records a run, and writes nothing. @throws StartError where nothing could be recorded */
export async function collectRun(
  docker: Docker,
  request: RunRequest,
  { chosen, image, machine }: Prepared,
): Promise<Collected> {
  const { flow, gapMs, memory = "auto", durationMs, signal, onProgress } = request;
  const { bpfCapability, countedDisk, countsDisks, disks, told } = machine;
  return await collect({
    docker,
    chosen,
    kernel: { image, flow, gapMs, memory, bpfCapability, countedDisk },
    sampler: { everyMs: EVERY_MS, roots: ROOTS, disks, pageBytes: told.page_bytes, countsDisks },
    durationMs,
    signal,
    onRecording: () => request.onRecording?.(chosen.map(({ name }) => name)),
    ...(onProgress && { onProgress }),
  });
}

async function provideImage(surroundings: Surroundings, signal: AbortSignal): Promise<string> {
  const { onStep } = surroundings;
  const onProgress = (about: string, line: string) => onStep?.(`${about}: ${line}`);
  const [image] = await provideImages({ ...surroundings, services: ["flow-tracer"], signal, onProgress });
  if (image === undefined || image.origin === "missing") throw new Error("the tracer's image cannot be built");
  return image.reference;
}

async function write(
  request: RunRequest,
  run: RunFolder,
  machine: MachineFacts,
  collected: Collected,
): Promise<RecordedRun> {
  const { rows, leftOut } = rowsOf(recordingOf(request, machine, collected));
  const writeRows = request.format === "csv" ? writeCsv : writeParquet;
  const written = writeRows(run.rows, columnsOf(request.columns), rows);
  const sidecar = sidecarOf({
    words: request,
    run,
    file: run.rowsName.slice(run.rowsName.lastIndexOf("/") + 1),
    collected: { ...collected, flows: collected.flows.length, taken: collected.samples.length },
    rows: written.rows,
    leftOut: countByReason(leftOut),
    everyMs: EVERY_MS,
    machine,
    reason: whyIncomplete(collected, written),
  });
  writeSidecar(run.sidecar, sidecar);
  await nameRun(run);
  const cardReason = await writeCard(request.out).then(() => undefined, reasonOf);
  return { file: run.rowsName, sidecar, cardReason };
}

/** What rows are made of. */
export function recordingOf(
  { flow, gapMs }: Pick<RunRequest, "flow" | "gapMs">,
  { told }: Pick<MachineFacts, "told">,
  collected: Collected,
): Recording {
  const machine: Machine = {
    cpus: told.cpus,
    memoryBytes: told.memory_bytes,
    pageBytes: told.page_bytes,
    memoryLimits: new Map(
      collected.containers.flatMap(({ id, memoryLimitBytes: limit }) => (limit === undefined ? [] : [[id, limit]])),
    ),
  };
  return { ...collected, machine, gapNs: flow === "burst" ? gapMs * 1e6 : undefined };
}

function countByReason(leftOut: Rows["leftOut"]): Record<string, number> {
  const reasons = Map.groupBy(leftOut, ({ reason }) => reason);
  return Object.fromEntries([...reasons].map(([reason, flows]) => [reason, flows.length]));
}

function whyIncomplete({ reason }: Collected, written: Written): string | undefined {
  const all = [reason, written.reason && `not all rows were written: ${written.reason}`].filter(
    (one) => one !== undefined,
  );
  return all.length === 0 ? undefined : all.join("; ");
}
