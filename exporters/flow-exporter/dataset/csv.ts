import { nameText } from "../model/name-text.ts";
import type { Cell, ColumnName, Row } from "./columns.ts";

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@]/;
/** What a reader would take for the end of a cell, or leave out. */
const NEEDS_QUOTES = /[",]|^\s|\s$/;

/** The line of names. */
export function csvHeader(columns: readonly { name: ColumnName }[]): string {
  return `${columns.map(({ name }) => name).join(",")}\n`;
}

/** A row as a line: the same in every locale, and empty cells for what is not known. */
export function csvLine(columns: readonly { name: ColumnName }[], row: Row): string {
  return `${columns.map(({ name }) => cell(row[name])).join(",")}\n`;
}

function cell(value: Cell): string {
  return typeof value === "string" ? textCell(value) : numberCell(value);
}

/** Names are made by others: none can end its cell, or its line, or be run by a spreadsheet. */
function textCell(value: string): string {
  const name = nameText(value);
  const harmless = FORMULA.test(name.trimStart()) ? `'${name}` : name;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** As few digits as give the same number again, without an exponent, which not everyone reads. */
function numberCell(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "";
  const text = String(value);
  if (!text.includes("e")) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/\.?0+$/, "");
}
