import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { reasonOf, StartError } from "../errors.ts";

/** About what a start writes: compiled examples, settings of the containers, its log. */
const NEEDED = Buffer.alloc(2 ** 20);

/**
 * Makes the folder of generated files, and tries whether a start can write there: compilers that cannot crash, and say little.
 * @throws StartError FOLDER_NOT_WRITABLE
 */
export async function ensureWritable(folder: string): Promise<void> {
  const trial = path.join(folder, `.trial-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(trial, NEEDED, { flag: "wx" });
  } catch (cause) {
    const what = `Nothing can be written to ${folder}`;
    const fix = "make 1 MiB of room on its disk, and make sure that you may write there: `df`, `ls -ld`, `mount`";
    throw new StartError("FOLDER_NOT_WRITABLE", { what, why: reasonOf(cause), fix }, { cause });
  } finally {
    await rm(trial, { force: true }).catch(() => undefined);
  }
}
