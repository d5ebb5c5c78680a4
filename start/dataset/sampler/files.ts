import { closeSync, openSync, readSync } from "node:fs";
import type { Text } from "./text.ts";

/** A file of the kernel's that is opened once and read often: each read makes its text anew. */
export class KeptFile {
  readonly #descriptor: number;

  /** @throws the system's error, as where the file is not there. */
  constructor(file: string) {
    this.#descriptor = openSync(file, "r");
  }

  /** @throws the system's error, as once the control group is gone. */
  readInto(text: Text): void {
    text.fill((buffer, offset, length) => readSync(this.#descriptor, buffer, offset, length, 0));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
