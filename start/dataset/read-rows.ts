import { readFile } from "node:fs/promises";
import { parquetReadObjects } from "hyparquet";
import { type Cell, columnsOf, type Row } from "../../exporters/flow-exporter/dataset/columns.ts";
import { reasonOf, StartError } from "../errors.ts";
import type { Format } from "./words.ts";

/** A quoted cell, or one without quotes, and what ends it. */
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/gy;
const KINDS = new Map<string, string>(columnsOf("all").map(({ name, kind }) => [name, kind]));

/** Reads a run, in whichever format: what is not known is undefined. @throws StartError DATASET_UNREADABLE */
export async function readRun(file: string, format: Format): Promise<Partial<Row>[]> {
  return await (format === "csv" ? readCsv(file) : readParquet(file));
}

async function readParquet(file: string): Promise<Partial<Row>[]> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(file);
    const rows = await parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer });
    return rows.map((row) => mapped(row));
  } catch (error) {
    throw unreadable(file, reasonOf(error));
  }
}

function mapped(row: Readonly<Record<string, unknown>>): Partial<Row> {
  const cells = Object.entries(row).filter(([name, value]) => KINDS.has(name) && value !== null);
  return Object.fromEntries(cells.map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]));
}

/** Reads a run that was written as CSV: empty cells are undefined. @throws StartError DATASET_UNREADABLE */
export async function readCsv(file: string): Promise<Partial<Row>[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw unreadable(file, reasonOf(error));
  });
  return rowsInCsv(text, file);
}

/** @throws StartError DATASET_UNREADABLE, with the line */
export function rowsInCsv(text: string, file: string): Partial<Row>[] {
  const [header = "", ...lines] = text.split("\n");
  if (lines.pop() !== "") throw unreadable(file, "its last line has no end");
  const names = cellsOf(header) ?? [];
  const unknown = names.find((name) => !KINDS.has(name));
  if (unknown !== undefined) throw unreadable(file, `line 1: there is no column "${unknown}"`);
  return lines.map((line, index) => {
    const cells = cellsOf(line);
    if (cells?.length !== names.length) throw unreadable(file, `line ${index + 2}: not ${names.length} cells`);
    const values = names.map((name, column) => [name, valueIn(cells[column] ?? "", name)] as const);
    const wrong = values.find(([, value]) => Number.isNaN(value));
    if (wrong !== undefined) throw unreadable(file, `line ${index + 2}: ${wrong[0]} is no number`);
    return Object.fromEntries(values) as Partial<Row>;
  });
}

/** Undefined: the line is none of cells. */
function cellsOf(line: string): string[] | undefined {
  const cells: string[] = [];
  CELL.lastIndex = 0;
  for (;;) {
    const found = CELL.exec(line);
    if (found === null) return undefined;
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (found[3] === "") return cells;
  }
}

function valueIn(cell: string, name: string): Cell {
  if (cell === "") return undefined;
  return KINDS.get(name) === "text" ? cell : Number(cell);
}

function unreadable(file: string, why: string): StartError {
  const fix = "record it again, or take the file out together with its sidecar";
  return new StartError("DATASET_UNREADABLE", { what: `${file} is no run of a data set`, why, fix });
}
