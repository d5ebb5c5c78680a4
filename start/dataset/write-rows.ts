import { closeSync, ftruncateSync, writeSync } from "node:fs";
import type { columnsOf, Row } from "../../exporters/flow-exporter/dataset/columns.ts";
import { csvHeader, csvLine } from "../../exporters/flow-exporter/dataset/csv.ts";
import { reasonOf } from "../errors.ts";
import { openKept } from "./kept-room.ts";
import { parquetOf } from "./parquet.ts";

/** Rows are joined to pieces of about this size: a call for each line would take longer than the lines. */
const PIECE_BYTES = 256 * 1024;

type Columns = ReturnType<typeof columnsOf>;

/** What became of the rows. */
export interface Written {
  rows: number;
  /** Why not all of them are there. */
  reason: string | undefined;
}

/** Writes rows as CSV into a file that is there. Where the disk is full, what there was room for stays: whole lines. */
export function writeCsv(file: string, columns: Columns, rows: readonly Row[]): Written {
  // Written over what keeps room for it, which a file that is emptied first would lose to others.
  const descriptor = openKept(file);
  try {
    return writeLines(descriptor, [csvHeader(columns), ...rows.map((row) => csvLine(columns, row))]);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes rows as Parquet into a file that is there. Where the disk is full it is made of fewer rows, since one that is cut off is none. */
export function writeParquet(file: string, columns: Columns, rows: readonly Row[]): Written {
  const descriptor = openKept(file);
  try {
    let reason: string | undefined;
    for (let count = rows.length; ; count = Math.floor(count / 2)) {
      const failure = failureOf(() => overwrite(descriptor, parquetOf(columns, rows.slice(0, count))));
      if (failure === undefined) return { rows: count, reason };
      reason ??= failure;
      if (count === 0) throw new Error(failure);
    }
  } finally {
    closeSync(descriptor);
  }
}

function overwrite(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done, done);
  ftruncateSync(descriptor, bytes.length);
}

/** Lines, the first of which is the header. */
function writeLines(descriptor: number, lines: readonly string[]): Written {
  const ends: number[] = [];
  let total = 0;
  let piece: string[] = [];
  let pieceBytes = 0;
  let written = 0;
  const flush = () => {
    const bytes = Buffer.from(piece.join(""));
    for (let done = 0; done < bytes.length; ) {
      const more = writeSync(descriptor, bytes, done);
      done += more;
      written += more;
    }
    piece = [];
    pieceBytes = 0;
  };
  for (const line of lines) {
    const bytes = Buffer.byteLength(line);
    total += bytes;
    ends.push(total);
    piece.push(line);
    pieceBytes += bytes;
    if (pieceBytes < PIECE_BYTES) continue;
    const failure = failureOf(flush);
    if (failure !== undefined) return cutOff(descriptor, ends, written, failure);
  }
  const failure = failureOf(flush);
  return cutOff(descriptor, ends, written, failure);
}

function failureOf(step: () => void): string | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Leaves the lines that are there whole, and nothing behind them. */
function cutOff(descriptor: number, ends: readonly number[], written: number, reason: string | undefined): Written {
  const whole = ends.filter((end) => end <= written);
  ftruncateSync(descriptor, whole.at(-1) ?? 0);
  return { rows: Math.max(0, whole.length - 1), reason };
}
