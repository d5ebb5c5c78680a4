import { lstatSync, readFileSync, type Stats } from "node:fs";
import path from "node:path";
import { MAX_RECORDING_BYTES, RecordingError } from "./format.ts";

/** Of a file of JSON; an exporter's own are a few MiB. */
const MAX_TEXT_BYTES = 128 * 1024 * 1024;

/**
 * A folder that somebody else may have made: nothing in it is opened that is no regular file, so that a link leads nowhere
 * and a pipe holds nobody up, and nothing is read before its size, and that of all that is needed, is known to be bounded.
 */
export class BoundedFolder {
  readonly #folder: string;
  #bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws RecordingError where `name` is there and is no folder. */
  assertFolder(name: string): void {
    if (this.#statOf(name)?.isDirectory() === false)
      throw new RecordingError("FOREIGN_CONTENT", `${name} is no folder`);
  }

  /** Bytes of a file, which count towards the bound; undefined: it is not there. @throws RecordingError */
  take(name: string, maxBytes = MAX_RECORDING_BYTES): number | undefined {
    const stats = this.#statOf(name);
    if (stats === undefined) return undefined;
    if (!stats.isFile()) throw new RecordingError("FOREIGN_CONTENT", `${name} is no regular file`);
    this.#bytes += stats.size;
    if (stats.size <= maxBytes && this.#bytes <= MAX_RECORDING_BYTES) return stats.size;
    throw new RecordingError("FOREIGN_CONTENT", `${name} has ${stats.size} bytes, more than a recording has room for`);
  }

  /** Undefined: it is not there. @throws RecordingError, or the system's error. */
  text(name: string): string | undefined {
    return this.take(name, MAX_TEXT_BYTES) === undefined ? undefined : readFileSync(this.#in(name), "utf8");
  }

  /** Of a file that has been taken. @throws the system's error. */
  bytes(name: string): Uint8Array {
    return readFileSync(this.#in(name));
  }

  #statOf(name: string): Stats | undefined {
    return lstatSync(this.#in(name), { throwIfNoEntry: false });
  }

  #in(name: string): string {
    return path.join(this.#folder, name);
  }
}
