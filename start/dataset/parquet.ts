import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";
import type { Cell, Column, columnsOf, Row } from "../../exporters/flow-exporter/dataset/columns.ts";
import { nameText } from "../../exporters/flow-exporter/model/name-text.ts";

type Columns = ReturnType<typeof columnsOf>;

/** Bytes of a busy machine go beyond 32 bits within seconds. */
const TYPES: Readonly<Record<Column["kind"], BasicType>> = { integer: "INT64", number: "DOUBLE", text: "STRING" };

/** Rows as a Parquet file: what is not known is null, and its metadata have the columns' units, by their names, as JSON. */
export function parquetOf(columns: Columns, rows: readonly Row[]): Buffer {
  const columnData = columns.map(({ name, kind }) => ({
    name,
    type: TYPES[kind],
    data: rows.map((row) => cellOf(row[name], kind)),
  }));
  const units = Object.fromEntries(columns.map(({ name, unit }) => [name, unit]));
  const kvMetadata = [{ key: "units", value: JSON.stringify(units) }];
  return Buffer.from(parquetWriteBuffer({ columnData, kvMetadata, createdBy: "flowtally" }));
}

function cellOf(value: Cell, kind: Column["kind"]): bigint | number | string | null {
  if (typeof value === "string") return nameText(value);
  if (value === undefined || !Number.isFinite(value)) return null;
  return kind === "integer" ? BigInt(Math.round(value)) : value;
}
