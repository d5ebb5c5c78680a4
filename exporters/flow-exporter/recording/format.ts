import path from "node:path";
import { z } from "zod";
import type { DockerReader } from "../metadata/docker/reader.ts";
import type { Host } from "../metadata/host/host.ts";
import type { Tracer } from "../sources/kernel/pins/tracer.ts";
import { ROWS_VERSION } from "../sources/kernel/rows/layout.ts";
import { containersSchema, overlaysSchema } from "./docker-schema.ts";

/** Where an exporter has everything from: what is recorded, and what a recording stands in for. */
export interface Readers {
  tracer: Tracer;
  docker: DockerReader | undefined;
  host: Host;
}

/** Goes up by one where an earlier exporter could not read what this one writes. */
const VERSION = 1;
const FORMAT = "flowtally-recording";

/** Of all files of a recording but `recording.json`. */
export const MAX_RECORDING_BYTES = 512 * 1024 * 1024;

export const CONTENT =
  "This recording has names and addresses: of containers, their images, Compose projects and services, folders of this " +
  "machine that they mount, processes, BPF programs, and whom they talked to since the totals began. It has no content of " +
  "any connection, no environment variables, no command lines, and no other labels. Look before you share it.";

/** In the recording's folder; written last, so that a folder without it is no whole recording. */
export const HEAD = "recording.json";
/** In the recording's folder: the totals it begins with, as the exporter's checkpoint had them. */
export const TOTALS = "totals.json";
/** In a cycle's folder. */
export const CYCLE = "cycle.json";

/** The tracer's pins that are read, each a file of a cycle. */
const PINS = ["status", "processes", "cgroups", "closed", "live", "udp", "programs"] as const;

export type PinName = (typeof PINS)[number];

/** What the name of a cycle's folder has room for. */
const MAX_CYCLES = 10_000;
/** Of the kernel's clocks, which have 64 bits. */
const MAX_NS = 2 ** 63;
/** Half of what a Date holds, so that a time since boot can be added. */
const MAX_DATE_MS = 4e15;
const MAX_ERROR_CHARACTERS = 500;

const count = z.int().min(0);

const formatSchema = z.object({ format: z.literal(FORMAT) });
const versionSchema = z.object({ version: z.literal(VERSION), rowsVersion: z.literal(ROWS_VERSION) });
const headSchema = z.object({
  content: z.string(),
  /** When it ended. */
  recordedAt: z.iso.datetime(),
  /** Folders `0000`, `0001` and so on, one for each cycle of the exporter. */
  cycles: z.int().min(1).max(MAX_CYCLES),
  /** Those that a slow disk left no room for. */
  lostCycles: count,
  bytes: count,
  /** Why it ended: it was asked to, there was no more room for it, or the disk failed. */
  ending: z.enum(["asked", "full", "failed"]),
  bootId: z.string(),
  /** Of the exporter that recorded, which is among the processes. */
  ownPid: count,
  /** Its bounds, by which it made edges. */
  limits: z.object({ maxEdges: z.int().min(1).max(100_000), maxPorts: z.int().min(1).max(65_535) }),
});

/** `recording.json`, but for what says which format it is. */
export type Head = z.infer<typeof headSchema>;

const cycleSchema = z.object({
  /** Bytes of each pin that was read, which are in the file of its name. */
  pins: z.partialRecord(z.enum(PINS), count),
  /** Of the tracer; undefined: it could not be told. */
  identity: z.string().optional(),
  startedMs: z.number().min(0).max(MAX_DATE_MS).optional(),
  bootTimeNs: z.number().min(0).max(MAX_NS).optional(),
  wallOffsetMs: z.number().min(-MAX_DATE_MS).max(MAX_DATE_MS).optional(),
  /** Files of the machine by name, and of processes by number and name, where they differ from the cycle before. */
  net: z.record(z.string(), z.string()),
  processes: z.record(z.string(), z.string()),
  /** Docker's answers, where it was asked. */
  containers: containersSchema.optional(),
  overlays: overlaysSchema.optional(),
  events: z.array(z.string()),
});

/** `cycle.json`: what the exporter was told between the end of one cycle and that of the next, but for the pins. */
export type Cycle = z.infer<typeof cycleSchema>;

type RecordingFault = "NO_RECORDING" | "FOREIGN_CONTENT" | "OTHER_VERSION" | "TRUNCATED";

/** A folder that an exporter cannot start on; the message says what is wrong with which file. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
  readonly code: RecordingFault;

  constructor(code: RecordingFault, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}

export function headText(head: Head): string {
  const whole = { format: FORMAT, version: VERSION, rowsVersion: ROWS_VERSION, ...head };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

/** `file`: its name, for the error. @throws RecordingError */
export function decodeHead(text: string, file: string): Head {
  const value = parsed(text, file);
  if (!formatSchema.safeParse(value).success) throw new RecordingError("FOREIGN_CONTENT", `${file} is of no recording`);
  if (!versionSchema.safeParse(value).success) {
    const { version, rowsVersion } = value as Record<string, unknown>;
    const of = (recording: unknown, rows: unknown) => `version ${recording} with rows of version ${rows}`;
    const why = `it is of ${of(version, rowsVersion)}, and this exporter reads ${of(VERSION, ROWS_VERSION)}`;
    throw new RecordingError("OTHER_VERSION", `${file} was written by another version: ${why}`);
  }
  return checkedBy(headSchema, value, file);
}

/** @throws RecordingError */
export function decodeCycle(text: string, file: string): Cycle {
  return checkedBy(cycleSchema, parsed(text, file), file);
}

export function cycleFile(folder: string, cycle: number, name: string): string {
  return path.join(folder, String(cycle).padStart(4, "0"), name);
}

/** JSON that ends too early is what a full disk, or a copy that was broken off, leaves. */
function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const isObject = text.trimStart().startsWith("{") || text === "";
    if (isObject) throw new RecordingError("TRUNCATED", `${file} is cut off`, { cause });
    throw new RecordingError("FOREIGN_CONTENT", `${file} is no JSON`, { cause });
  }
}

function checkedBy<Schema extends z.ZodType>(schema: Schema, value: unknown, file: string): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const why = z.prettifyError(error).slice(0, MAX_ERROR_CHARACTERS);
  throw new RecordingError("FOREIGN_CONTENT", `${file} is not what an exporter writes: ${why}`);
}
