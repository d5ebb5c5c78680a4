import type { Column } from "./columns.ts";

/** Where SQLite and PostgreSQL have different words for the same. */
export interface Dialect {
  /** The larger one of two values. */
  greatest: string;
  /** The placeholder of the parameter with this number, from 1. */
  parameter(number: number): string;
  /** A table `input` with these columns, as a part of WITH: a row of parameters, or many rows of arrays. */
  input(columns: readonly Column[]): string;
  /** A table `clock` with the one column `now`: milliseconds since 1970. */
  clock: string;
  /** A query of the names of all tables, as `name`. */
  tables: string;
  /** What stands behind the columns of a table whose rows are written again and again. */
  rewrittenTable: string;
}
