import { closeSync, openSync, readSync } from "node:fs";

const MOST_EMPTY_READS = 1_000;

/**
 * Reads pinned iterators into one buffer that is kept, and grows when it must: readFileSync would copy every chunk.
 */
export class PinReader {
  #buffer = new Uint8Array(1 << 20);

  /**
   * Runs the iterator behind `path` to its end.
   * @returns what it wrote: a view that is valid until the next call.
   * @throws the system's error when the pin is missing or cannot be read.
   */
  read(path: string): Uint8Array {
    const file = openSync(path, "r");
    try {
      const length = this.#readToEnd(file);
      return this.#buffer.subarray(0, length);
    } finally {
      closeSync(file);
    }
  }

  #readToEnd(file: number): number {
    let length = 0;
    for (let emptyReads = 0; ; ) {
      if (length === this.#buffer.length) this.#grow();
      const bytes = readSome(file, this.#buffer, length);
      if (bytes === 0) return length;
      if (bytes > 0) length += bytes;
      else if (++emptyReads > MOST_EMPTY_READS) throw new Error("the iterator does not come to an end");
    }
  }

  #grow(): void {
    const larger = new Uint8Array(this.#buffer.length * 2);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

/** Bytes read, 0 at the end, -1 where the kernel paused a long pass without output (EAGAIN): read on. */
function readSome(file: number, buffer: Uint8Array, from: number): number {
  try {
    return readSync(file, buffer, from, buffer.length - from, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return -1;
    throw error;
  }
}
