import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
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

/** The file in `folder`, which is made when it is not there. */
export function createStateFile(folder: string): StateFile {
  const file = path.join(folder, NAME);
  return {
    read: () => {
      try {
        return readFileSync(file, "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    write: (text) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    },
    setAside: () => {
      const aside = `${file}.broken`;
      renameSync(file, aside);
      return aside;
    },
  };
}
