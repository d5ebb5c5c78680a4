import type { Dialect } from "../sql/dialect.ts";

/** Milliseconds since 1970. */
export const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/** SQLite takes a row at a time: within a transaction a prepared statement costs less than reading many rows out of a text. */
export const SQLITE: Dialect = {
  greatest: "max",
  parameter: () => "?",
  input: (columns) =>
    `input (${columns.map(({ name }) => name).join(", ")}) AS (VALUES (${columns.map(() => "?").join(", ")}))`,
  clock: `clock (now) AS (SELECT ${NOW})`,
  tables: "SELECT name FROM sqlite_schema WHERE type = 'table'",
  rewrittenTable: "",
};
