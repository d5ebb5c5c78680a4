import { readdirSync } from "node:fs";
import { access, constants, mkdir, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { reasonOf, StartError } from "../errors.ts";
import { CARD, writeCard } from "./card.ts";
import { keepRoom } from "./kept-room.ts";
import { type Format, SPLITS, type Split } from "./words.ts";

/** So much is kept free for a sidecar, and for a line of names, so that both can be written where the disk is full by then. */
const SIDECAR_BYTES = 64 * 1024;
const HEADER_BYTES = 4 * 1024;
/** Of five runs in turn. */
const TURNS: readonly Split[] = ["training", "training", "training", "validation", "test"];

/** Where a run is written: under hidden names until it is whole. */
export interface RunFolder {
  number: number;
  split: Split;
  /** Where the rows are written, and where the sidecar is. */
  rows: string;
  sidecar: string;
  /** What they are called once they are whole. */
  rowsName: string;
  sidecarName: string;
}

/** Which folder a run goes to that is told no other. */
export function splitOf(number: number): Split {
  return TURNS[(number - 1) % TURNS.length] ?? "training";
}

/**
 * Sees to it that the folder of the data set is one, and that it can be written to.
 * @throws StartError DATASET_FOLDER
 */
export async function provideFolder(out: string): Promise<void> {
  const failed = (why: string, fix: string) =>
    new StartError("DATASET_FOLDER", { what: `No data set can be written to ${out}`, why, fix });
  try {
    await mkdir(out, { recursive: true });
    if (!(await stat(out)).isDirectory()) throw failed("it is no folder", "choose another name");
    await access(out, constants.W_OK | constants.X_OK);
    const found = (await readdir(out)).filter((name) => !name.startsWith("."));
    if (found.includes(CARD)) return;
    // By it another recorder knows the folder, before the first run has ended.
    if (found.length === 0) return await writeCard(out);
    throw failed(
      `it has other things in it, such as ${found[0]}, and no data card (${CARD})`,
      "choose a new folder, or the one of an earlier recording",
    );
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw failed(reasonOf(error), "choose a folder that you may write to");
  }
}

/** Reserves the next number of a job: no other recorder gets the same. @throws StartError DATASET_FOLDER */
export async function reserveRun(
  out: string,
  job: string,
  format: Format,
  split: Split | undefined,
): Promise<RunFolder> {
  const folder = path.join(out, job);
  try {
    for (const one of SPLITS) await mkdir(path.join(folder, one), { recursive: true });
    for (let number = last(folder) + 1; ; number++) {
      const run = runOf(folder, number, format, split ?? splitOf(number));
      if (!reserve(run.rows)) continue;
      // Another recorder may have come to its end meanwhile, and so given its hidden name free.
      if (last(folder) >= number) {
        await rm(run.rows);
        continue;
      }
      await rm(run.sidecar, { force: true });
      keepRoom(run.sidecar, SIDECAR_BYTES);
      return run;
    }
  } catch (error) {
    throw new StartError(
      "DATASET_FOLDER",
      {
        what: `No run can be written to ${folder}`,
        why: reasonOf(error),
        fix: "choose a folder on a disk with free space that you may write to",
      },
      { cause: error },
    );
  }
}

/** Gives the files their names. The sidecar goes first: no rows are ever without. */
export async function nameRun(run: RunFolder): Promise<void> {
  // One that came to nothing has taken its empty folders away.
  await mkdir(path.dirname(run.rowsName), { recursive: true });
  await rename(run.sidecar, run.sidecarName);
  await rename(run.rows, run.rowsName);
}

/** Leaves nothing of a run that came to nothing. Never rejects. */
export async function forgetRun(out: string, job: string, run: RunFolder): Promise<void> {
  const ignore = () => undefined;
  await rm(run.rows, { force: true }).catch(ignore);
  await rm(run.sidecar, { force: true }).catch(ignore);
  // Those that have something in them stay.
  for (const split of SPLITS) await rmdir(path.join(out, job, split)).catch(ignore);
  await rmdir(path.join(out, job)).catch(ignore);
  await rmdir(out).catch(ignore);
}

function runOf(folder: string, number: number, format: Format, split: Split): RunFolder {
  const name = `d_${number}`;
  return {
    number,
    split,
    rows: path.join(folder, `.${name}`),
    sidecar: path.join(folder, `.${name}.json`),
    rowsName: path.join(folder, split, `${name}.${format}`),
    sidecarName: path.join(folder, split, `${name}.json`),
  };
}

/** The largest number of the job's runs that are whole. */
function last(folder: string): number {
  const names = SPLITS.flatMap((split) => namesIn(path.join(folder, split)));
  return Math.max(0, ...names.map((name) => Number(/^d_(\d{1,9})\./.exec(name)?.[1] ?? 0)));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Returns whether it was not there. */
function reserve(file: string): boolean {
  try {
    keepRoom(file, HEADER_BYTES);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
