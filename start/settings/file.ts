import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Some twenty times config.monitoring with all its comments. */
const MAX_BYTES = 128 * 1024;

/**
 * The text of a settings file.
 * @throws Error for what is no file, since a pipe would be waited for without end, and for one that is too large.
 */
export async function readSettingsFile(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new Error(`${file} is not a file`);
    if (status.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / 1024} KiB`);
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}
