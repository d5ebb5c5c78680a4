import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PinReader } from "../kernel/pins/pin-reader.ts";

/** What goes between the exporter and the tracer; each call throws the system's error. */
export interface HttpFiles {
  /** The rows of pin `http`, valid until the next call. */
  rows(): Uint8Array;
  /** Tells the tracer whose HTTP to count. */
  want(ids: readonly string[]): void;
}

/** @param folder of the exporter's state, which the tracer reads `http` in */
export function createHttpFiles(pins: string, folder: string): HttpFiles {
  const reader = new PinReader();
  const file = path.join(folder, "http");
  return {
    rows: () => reader.read(path.join(pins, "http")),
    want: (ids) => {
      // The tracer may read at any moment, and takes what is missing for what is no longer wanted.
      writeFileSync(`${file}.new`, ids.map((id) => `${id}\n`).join(""), { mode: 0o644 });
      renameSync(`${file}.new`, file);
    },
  };
}
