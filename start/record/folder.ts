import { access, constants, mkdir, readdir } from "node:fs/promises";
import { reasonOf, StartError } from "../errors.ts";

/** Names and addresses are for their owner only. */
const OWNER_ONLY = 0o700;

/** Makes the folder for a recording. @throws StartError RECORDING_FOLDER when it cannot be made or written to, or has something in it. */
export async function makeEmpty(folder: string): Promise<void> {
  const failed = (why: string, fix: string) =>
    new StartError("RECORDING_FOLDER", { what: `Nothing can be recorded in ${folder}`, why, fix });
  let found: string[];
  try {
    await mkdir(folder, { mode: OWNER_ONLY }).catch(unlessThere);
    found = await readdir(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw failed(reasonOf(error), "name one in a folder that is there and that you may write to");
  }
  const [first] = found;
  if (first !== undefined) throw failed(`there is something in it already: ${first}`, "name one that is not there yet");
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
