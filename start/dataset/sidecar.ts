import { closeSync, ftruncateSync, writeSync } from "node:fs";
import { z } from "zod";
import { columnsOf } from "../../exporters/flow-exporter/dataset/columns.ts";
import type { Collected } from "./collect.ts";
import { openKept } from "./kept-room.ts";
import type { MachineFacts } from "./machine.ts";
import type { RunFolder } from "./run-folder.ts";
import { FLOWS, FORMATS, JOB, type RunWords, SPLITS } from "./words.ts";

/** Of the layout of a sidecar. */
const VERSION = 1;

const count = z.int().min(0);
const column = z.object({
  name: z.string(),
  kind: z.enum(["integer", "number", "text"]),
  unit: z.string(),
  about: z.string(),
  source: z.string(),
});
const container = z.object({
  name: z.string(),
  id: z.string(),
  image: z.string(),
  memory_limit_bytes: z.number().nullable(),
  /** Each time it ended, seconds since the recording began, and when it was back; null: not before the end. */
  restarts: z.array(z.object({ ended_at_seconds: z.number(), back_at_seconds: z.number().nullable() })),
  /** Null: it did not end. */
  came_back: z.boolean().nullable(),
  /** Why the columns that come from samples are empty. */
  unsampled: z.string().nullable(),
});

/** What lies beside the rows of a run: all that is to be known about how they came to be. */
export const sidecarSchema = z.object({
  version: z.literal(VERSION),
  job: z.string().regex(JOB),
  run: count,
  split: z.enum(SPLITS),
  file: z.string().regex(/^d_\d{1,9}\.(csv|parquet)$/),
  format: z.enum(FORMATS),
  complete: z.boolean(),
  incomplete_reason: z.string().nullable(),
  started_at: z.iso.datetime(),
  seconds: z.number(),
  clock_steps: z.array(z.object({ at_seconds: z.number(), step_seconds: z.number() })),
  flow: z.object({ definition: z.enum(FLOWS), gap_ms: z.number().nullable() }),
  rows: count,
  flows: count,
  left_out: z.record(z.string(), count),
  lost: count,
  samples: z.object({ every_ms: z.number(), taken: count, missed: count }),
  containers: z.array(container),
  machine: z.object({
    kernel: z.string(),
    architecture: z.string(),
    cpus: count,
    cpu_model: z.string(),
    memory_bytes: z.number(),
    page_bytes: z.number(),
    docker: z.string(),
    cgroup_version: z.string(),
  }),
  flowtally: z.object({ version: z.string(), commit: z.string().nullable() }),
  how: z.object({ first_call: z.string(), memory: z.string(), disks: z.string(), notes: z.array(z.string()) }),
  columns: z.array(column),
});

export type Sidecar = z.infer<typeof sidecarSchema>;

const FIRST_CALL = {
  tracepoint: "what the first send call returned, at the kernel's tracepoint sock_send_length",
  queue:
    "what lay in the socket's queue as the first segment left, or more: this kernel has no tracepoint sock_send_length",
} as const;

const MEMORY = {
  llc: "misses of the last cache, loads and stores, times a cache line's size",
  faults:
    "page faults that the kernel counted by its software events, major for reading and minor for writing, times a page's size",
  none: "page faults of the container's cgroup (memory.stat), major for reading and minor for writing, times a page's size: there is no PMU",
} as const;

export interface SidecarInput {
  words: Pick<RunWords, "job" | "flow" | "gapMs" | "columns" | "format">;
  run: RunFolder;
  file: string;
  collected: Omit<Collected, "flows" | "samples" | "queues"> & { flows: number; taken: number };
  rows: number;
  leftOut: Readonly<Record<string, number>>;
  everyMs: number;
  machine: MachineFacts;
  /** Why not all is there. */
  reason: string | undefined;
}

export function sidecarOf({
  words,
  run,
  file,
  collected,
  rows,
  leftOut,
  everyMs,
  machine,
  reason,
}: SidecarInput): Sidecar {
  const { startNs, endNs, startedAt, clockSteps, containers, ready } = collected;
  const since = (ns: number) => Math.round((ns - startNs) / 1e6) / 1e3;
  return {
    version: VERSION,
    job: words.job,
    run: run.number,
    split: run.split,
    file,
    format: words.format,
    complete: reason === undefined,
    incomplete_reason: reason ?? null,
    started_at: startedAt.toISOString(),
    seconds: since(endNs),
    clock_steps: clockSteps.map(({ atNs, stepSeconds }) => ({ at_seconds: since(atNs), step_seconds: stepSeconds })),
    flow: { definition: words.flow, gap_ms: words.flow === "burst" ? words.gapMs : null },
    rows,
    flows: collected.flows,
    left_out: { ...leftOut },
    lost: collected.lost,
    samples: { every_ms: everyMs, taken: collected.taken, missed: collected.missed },
    containers: containers.map(({ name, id, image, memoryLimitBytes, ends, unsampled }) => ({
      name,
      id,
      image,
      memory_limit_bytes: memoryLimitBytes ?? null,
      restarts: ends.map(({ atNs, backNs }) => ({
        ended_at_seconds: since(atNs),
        back_at_seconds: backNs === undefined ? null : since(backNs),
      })),
      came_back: ends.length === 0 ? null : ends.at(-1)?.backNs !== undefined,
      unsampled: unsampled ?? null,
    })),
    machine: machine.told,
    flowtally: machine.flowtally,
    how: {
      first_call: FIRST_CALL[ready.firstCall],
      memory: MEMORY[ready.memory],
      disks: machine.disksTold,
      notes: ready.notes,
    },
    columns: columnsOf(words.columns).map(({ name, kind, unit, about, source }) => ({
      name,
      kind,
      unit,
      about,
      source,
    })),
  };
}

/** Writes it over what keeps room for it. @throws the system's error */
export function writeSidecar(file: string, sidecar: Sidecar): void {
  const bytes = Buffer.from(`${JSON.stringify(sidecar, undefined, 2)}\n`);
  const descriptor = openKept(file);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    ftruncateSync(descriptor, bytes.length);
  } finally {
    closeSync(descriptor);
  }
}
