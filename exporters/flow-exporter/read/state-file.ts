import * as fs from "node:fs";
import path from "node:path";

const NAME = "totals.json";

/** Where the totals outlive the exporter. */
export interface StateFile {
  /** The text written last; undefined when there is none. @throws the system's error. */
  read(): string | undefined;
  /** Replaces the text as a whole: a reader never finds half of it. @throws the system's error. */
  write(text: string): void;
  /** Puts a file that cannot be used out of the way; returns where it is then. @throws the system's error. */
  setAside(): string;
}

/** What writing needs of the file system. */
export type Files = Pick<
  typeof fs,
  "mkdirSync" | "openSync" | "writeFileSync" | "fsyncSync" | "closeSync" | "renameSync"
>;

/** The file in `folder`, which is made when it is not there. */
export function createStateFile(folder: string, files: Files = fs): StateFile {
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
    write: (text) => {
      files.mkdirSync(folder, { recursive: true });
      // Renamed before its content is on the disk, a file can be empty after the power has failed.
      synced(files, `${file}.new`, "w", (descriptor) => files.writeFileSync(descriptor, text));
      files.renameSync(`${file}.new`, file);
      synced(files, folder, "r");
    },
    setAside: () => {
      const aside = `${file}.broken`;
      files.renameSync(file, aside);
      return aside;
    },
  };
}

/** Opens `path`, does `step`, and waits until all of it is on the disk. */
function synced(files: Files, path: string, flags: string, step: (descriptor: number) => void = () => {}): void {
  const descriptor = files.openSync(path, flags);
  try {
    step(descriptor);
    files.fsyncSync(descriptor);
  } finally {
    files.closeSync(descriptor);
  }
}
