import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import {
  CYCLE,
  type Cycle,
  cycleFile,
  decodeCycle,
  decodeHead,
  HEAD,
  type Head,
  RecordingError,
  TOTALS,
} from "./format.ts";

/** A recording in a folder, in which every file is whole. */
export interface Recording {
  head: Head;
  cycles: readonly Cycle[];
  /** What a pin handed over in a cycle. @throws Error where it was not read then, or the system's error. */
  pin(cycle: number, name: string): Uint8Array;
  /** Text of the totals it begins with; undefined: none. */
  totals: string | undefined;
}

/** @throws RecordingError, which says what is wrong with which file. */
export function openRecording(folder: string): Recording {
  const head = decodeHead(textOf(path.join(folder, HEAD)), HEAD);
  const cycles = Array.from({ length: head.cycles }, (_, cycle) => {
    const name = path.relative(folder, cycleFile(folder, cycle, CYCLE));
    return decodeCycle(textOf(path.join(folder, name), "TRUNCATED"), name);
  });
  for (const [cycle, { pins }] of cycles.entries()) {
    for (const [name, bytes] of Object.entries(pins)) assertWhole(folder, cycleFile(folder, cycle, name), bytes);
  }
  const pin = (cycle: number, name: string) => {
    if (cycles[cycle]?.pins[name] === undefined) throw new Error(`the recording has no ${name} of cycle ${cycle}`);
    return readFileSync(cycleFile(folder, cycle, name));
  };
  return { head, cycles, pin, totals: textIfThere(path.join(folder, TOTALS)) };
}

function assertWhole(folder: string, file: string, bytes: number): void {
  const found = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (found === bytes) return;
  const why = `${path.relative(folder, file)} has ${found} bytes, and was written with ${bytes}`;
  throw new RecordingError(found < bytes ? "TRUNCATED" : "FOREIGN_CONTENT", why);
}

function textOf(file: string, whenMissing: "NO_RECORDING" | "TRUNCATED" = "NO_RECORDING"): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new RecordingError(whenMissing, (cause as Error).message, { cause });
  }
}

function textIfThere(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, "utf8") : undefined;
}
