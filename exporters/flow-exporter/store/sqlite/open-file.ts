import { statSync } from "node:fs";
import { StoreError } from "../error.ts";

/** A database's file. SQLite goes on writing to one that somebody has removed, and all of that is gone with the process. */
export class OpenFile {
  readonly #file: string;
  readonly #identity: string;

  constructor(file: string) {
    this.#file = file;
    this.#identity = identityOf(file);
  }

  /** @throws StoreError where another file, or none, is in its place */
  check(): void {
    if (identityOf(this.#file) === this.#identity) return;
    throw new StoreError("NO_TABLES", `${this.#file} was removed or replaced; the next write opens it anew`);
  }
}

/** Empty where it is not there. */
function identityOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.dev} ${stats.ino}` : "";
}
