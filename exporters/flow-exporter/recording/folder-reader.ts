import { BoundedFolder } from "./bounded-folder.ts";
import {
  CYCLE,
  type Cycle,
  cycleFile,
  decodeCycle,
  decodeHead,
  HEAD,
  type Head,
  type PinName,
  RecordingError,
  TOTALS,
} from "./format.ts";

/** A recording in a folder, in which every file is whole. */
export interface Recording {
  head: Head;
  cycles: readonly Cycle[];
  /** What a pin handed over in a cycle. @throws Error where it was not read then, or the system's error. */
  pin(cycle: number, name: PinName): Uint8Array;
  /** Text of the totals it begins with; undefined: none. */
  totals: string | undefined;
}

/** @throws RecordingError, which says what is wrong with which file. */
export function openRecording(folder: string): Recording {
  const files = new BoundedFolder(folder);
  const head = decodeHead(textOf(files, HEAD, "NO_RECORDING"), HEAD);
  const cycles = Array.from({ length: head.cycles }, (_, cycle) => openCycle(files, cycle));
  const pin = (cycle: number, name: PinName) => {
    if (cycles[cycle]?.pins[name] === undefined) throw new Error(`the recording has no ${name} of cycle ${cycle}`);
    return files.bytes(cycleFile("", cycle, name));
  };
  return { head, cycles, pin, totals: files.text(TOTALS) };
}

function openCycle(files: BoundedFolder, number: number): Cycle {
  files.assertFolder(cycleFile("", number, ""));
  const name = cycleFile("", number, CYCLE);
  const cycle = decodeCycle(textOf(files, name, "TRUNCATED"), name);
  for (const [pin, bytes] of Object.entries(cycle.pins)) assertWhole(files, cycleFile("", number, pin), bytes);
  return cycle;
}

function assertWhole(files: BoundedFolder, name: string, bytes: number): void {
  const found = files.take(name) ?? 0;
  if (found === bytes) return;
  const why = `${name} has ${found} bytes, and was written with ${bytes}`;
  throw new RecordingError(found < bytes ? "TRUNCATED" : "FOREIGN_CONTENT", why);
}

function textOf(files: BoundedFolder, name: string, whenMissing: "NO_RECORDING" | "TRUNCATED"): string {
  let text: string | undefined;
  try {
    text = files.text(name);
  } catch (cause) {
    if (cause instanceof RecordingError) throw cause;
    throw new RecordingError(whenMissing, (cause as Error).message, { cause });
  }
  if (text === undefined) throw new RecordingError(whenMissing, `ENOENT: there is no ${name}`);
  return text;
}
