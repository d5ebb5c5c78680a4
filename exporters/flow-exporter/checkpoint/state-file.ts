import * as fs from "node:fs";
import * as promises from "node:fs/promises";
import path from "node:path";

const NAME = "totals.json";

/** Where the totals outlive the exporter. */
export interface StateFile {
  /** The text written last; undefined when there is none. @throws the system's error. */
  read(): string | undefined;
  /** Replaces the text as a whole, piece by piece: a reader never finds half of it. Rejects with the system's error. */
  write(pieces: Iterable<string>): Promise<void>;
  /** Puts a file that cannot be used out of the way; returns where it is then. @throws the system's error. */
  setAside(): string;
}

/** What writing needs of the file system. */
export type Files = Pick<typeof promises, "mkdir" | "open" | "rename">;

/** The file in `folder`, which is made when it is not there. */
export function createStateFile(folder: string, files: Files = promises): StateFile {
  const file = path.join(folder, NAME);
  return {
    read: () => {
      try {
        return fs.readFileSync(file, "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    write: async (pieces) => {
      await files.mkdir(folder, { recursive: true });
      // Renamed before its content is on the disk, a file can be empty after the power has failed.
      await synced(files, `${file}.new`, "w", pieces);
      await files.rename(`${file}.new`, file);
      await synced(files, folder, "r", []);
    },
    setAside: () => {
      const aside = `${file}.broken`;
      fs.renameSync(file, aside);
      return aside;
    },
  };
}

/** Opens `path`, writes `pieces`, and waits until all of it is on the disk. */
async function synced(files: Files, path: string, flags: string, pieces: Iterable<string>): Promise<void> {
  const handle = await files.open(path, flags);
  try {
    for (const piece of pieces) await handle.writeFile(piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
