import { appendFile, readdir } from "node:fs/promises";
import path from "node:path";
import type { RunCommand } from "./program.ts";

const SPLITS = ["training", "validation", "test"];

/** The highest number of a run of this job that is in the folder already; 0: none is. */
export async function lastRun(out: string, job: string): Promise<number> {
  const folders = SPLITS.map((split) => path.join(out, job, split));
  const names = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
  const numbers = names.flat().map((name) => Number(/^d_(\d+)\.json$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** Says which inputs a recorded run had, beside the job's runs. */
export async function noteInputs(out: string, job: string, command: RunCommand, seconds: number): Promise<void> {
  await appendFile(path.join(out, job, "inputs.jsonl"), `${JSON.stringify({ ...command, seconds })}\n`);
}
