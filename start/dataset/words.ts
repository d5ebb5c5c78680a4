import path from "node:path";
import { UsageError } from "../errors.ts";
import type { Host } from "../lib/host.ts";
import { quoted } from "../lib/printable.ts";
import { closest } from "../settings/nearest.ts";

/** The folders of a job: a run is in one of them, whole. */
export const SPLITS = ["training", "validation", "test"] as const;
export type Split = (typeof SPLITS)[number];

export const FLOWS = ["tuple", "burst"] as const;
type FlowDefinition = (typeof FLOWS)[number];

const COLUMN_SETS = ["k-means", "all"] as const;
export const FORMATS = ["csv", "parquet"] as const;
export type Format = (typeof FORMATS)[number];

/** What is to be recorded. */
export interface RunWords {
  job: string;
  /** Absolute. */
  out: string;
  durationMs: number;
  /** Names or ids; undefined: all that run, but for the stack's own. */
  containers: readonly string[] | undefined;
  flow: FlowDefinition;
  /** Of bursts. */
  gapMs: number;
  columns: (typeof COLUMN_SETS)[number];
  format: Format;
  /** Undefined: by the run's number. */
  split: Split | undefined;
}

/** As they were typed. */
export interface RecordOptions {
  job: string | undefined;
  out: string | undefined;
  duration: string | undefined;
  containers: string | undefined;
  flow: string | undefined;
  gap: string | undefined;
  columns: string | undefined;
  format: string | undefined;
  split: string | undefined;
}

const DEFAULT_DURATION = "10m";
const DEFAULT_GAP = "50ms";
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** All of a run is kept in memory until it ends. */
const DURATION = { minMs: 1_000, maxMs: 3_600_000, words: "1s to 1h, such as 90s or 10m" };
/** Below a millisecond segments of one call would be bursts of their own; above a minute a burst is the connection. */
const GAP = { minMs: 1, maxMs: 60_000, words: "1ms to 60s, such as 50ms" };
/** It becomes a folder's name, everywhere, beside the data card. */
export const JOB = /^(?!readme\.md$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/i;

/** @throws UsageError for the first word that makes no sense. */
export function recordWords(usage: string, options: RecordOptions, { env }: Pick<Host, "env">): RunWords {
  const flow = oneOf("flow", options.flow, FLOWS, "tuple");
  if (options.gap !== undefined && flow !== "burst") {
    throw new UsageError("Option --gap is about bursts: it needs --flow burst.");
  }
  return {
    job: jobNamed(usage, options.job),
    out: folderOf(usage, "out", options.out, env),
    durationMs: timeOf("duration", options.duration ?? DEFAULT_DURATION, DURATION),
    containers: containersNamed(options.containers),
    flow,
    gapMs: timeOf("gap", options.gap ?? DEFAULT_GAP, GAP),
    columns: oneOf("columns", options.columns, COLUMN_SETS, "k-means"),
    format: oneOf("format", options.format, FORMATS, "csv"),
    split: options.split === undefined ? undefined : oneOf("split", options.split, SPLITS, "training"),
  };
}

/** A folder as seen from where the user is: npm changes to the project's. @throws UsageError without one. */
export function folderOf(usage: string, option: string, word: string | undefined, env: NodeJS.ProcessEnv): string {
  if (word === undefined) throw new UsageError(`${usage} needs a folder: --${option} DIR`);
  return path.resolve(env.INIT_CWD ?? "", word);
}

function jobNamed(usage: string, job: string | undefined): string {
  if (job === undefined) throw new UsageError(`${usage} needs the job's name: --job NAME`);
  if (JOB.test(job)) return job;
  throw new UsageError(
    `Option --job takes a name of letters, digits, ".", "_" and "-", 64 at most, the first of them a letter or digit, since a folder is called by it beside README.md; not "${quoted(job)}".`,
  );
}

function containersNamed(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return [...new Set(names)];
  throw new UsageError(`Option --containers takes names with commas between them, not "${quoted(text)}".`);
}

function timeOf(option: string, text: string, { minMs, maxMs, words }: typeof DURATION): number {
  const [, amount, unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Math.round(Number(amount) * (UNITS_MS[unit] ?? Number.NaN));
  if (ms >= minMs && ms <= maxMs) return ms;
  throw new UsageError(`Option --${option} takes a time from ${words}; not "${quoted(text)}".`);
}

function oneOf<const Words extends readonly string[]>(
  option: string,
  word: string | undefined,
  words: Words,
  otherwise: Words[number],
): Words[number] {
  if (word === undefined) return otherwise;
  if (words.includes(word)) return word;
  const guess = closest(word, words);
  const hint = guess === undefined ? "" : ` Did you mean ${guess}?`;
  throw new UsageError(`Option --${option} takes ${words.join(" or ")}, not "${quoted(word)}".${hint}`);
}
