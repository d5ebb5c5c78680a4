import { closeSync, openSync, readSync } from "node:fs";

/** The kernel pauses a pass after each million objects that gave no output. */
const MAX_PAUSES = 1_000;

/**
 * Reads pinned iterators into one buffer that is kept, and grows when it must: readFileSync would copy every chunk.
 */
export class PinReader {
  #buffer = new Uint8Array(1 << 20);
  readonly #readFile: typeof readSync;

  constructor(readFile = readSync) {
    this.#readFile = readFile;
  }

  /**
   * Runs the iterator behind `path` to its end, or stops it after `mostPauses` million objects without output.
   * @returns what it wrote: a view that is valid until the next call.
   * @throws the system's error when the pin is missing or cannot be read; Error when it was stopped.
   */
  read(path: string, mostPauses = MAX_PAUSES): Uint8Array {
    const file = openSync(path, "r");
    try {
      const length = this.#readToEnd(file, mostPauses);
      return this.#buffer.subarray(0, length);
    } finally {
      closeSync(file);
    }
  }

  #readToEnd(file: number, mostPauses: number): number {
    let length = 0;
    for (let pauses = 0; ; ) {
      if (length === this.#buffer.length) this.#grow();
      const bytes = this.#readSome(file, length);
      if (bytes === 0) return length;
      if (bytes > 0) length += bytes;
      else if (++pauses > mostPauses)
        throw new Error(`stopped after ${mostPauses} million objects: there are too many to look through in one go`);
    }
  }

  /** Bytes read, 0 at the end, -1 where the kernel paused (EAGAIN): read on. */
  #readSome(file: number, from: number): number {
    try {
      return this.#readFile(file, this.#buffer, from, this.#buffer.length - from, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return -1;
      throw error;
    }
  }

  #grow(): void {
    const larger = new Uint8Array(this.#buffer.length * 2);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}
