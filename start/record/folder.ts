import { access, constants, mkdir, readdir, rmdir } from "node:fs/promises";
import { reasonOf, StartError } from "../errors.ts";

/** Names and addresses are for their owner only. */
const OWNER_ONLY = 0o700;

/**
 * Has the folder for a recording filled; one that was made for that and has nothing in it when that fails, goes again.
 * @throws StartError RECORDING_FOLDER, and what `fill` rejects with
 */
export async function fillEmpty<T>(folder: string, fill: () => Promise<T>): Promise<T> {
  const isMade = await makeEmpty(folder);
  try {
    return await fill();
  } catch (error) {
    // What has been copied by then stays for whoever looks for the reason.
    if (isMade) await rmdir(folder).catch(() => undefined);
    throw error;
  }
}

/** Returns whether it was not there before. @throws StartError RECORDING_FOLDER when it cannot be made or written to, or has something in it. */
async function makeEmpty(folder: string): Promise<boolean> {
  const failed = (why: string, fix: string) =>
    new StartError("RECORDING_FOLDER", { what: `Nothing can be recorded in ${folder}`, why, fix });
  let isMade: boolean;
  let found: string[];
  try {
    isMade = await mkdir(folder, { mode: OWNER_ONLY }).then(() => true, unlessThere);
    found = await readdir(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw failed(reasonOf(error), "choose one inside an existing folder that you may write to");
  }
  const [first] = found;
  if (first !== undefined) throw failed(`it is not empty: it contains ${first}`, "choose a new folder");
  return isMade;
}

function unlessThere(error: NodeJS.ErrnoException): false {
  if (error.code !== "EEXIST") throw error;
  return false;
}
