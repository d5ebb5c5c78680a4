import type { Dialect } from "../sql/dialect.ts";

/** Many rows go in as an array for each column: the statement's text is then the same for any number of them. */
export const POSTGRES: Dialect = {
  greatest: "greatest",
  parameter: (number) => `$${number}`,
  input: (columns) => {
    const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`);
    const names = columns.map(({ name }) => name).join(", ");
    return `input AS (SELECT * FROM unnest(${arrays.join(", ")}) AS rows_of (${names}))`;
  },
  clock: "clock AS (SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS now)",
  tables: "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false))",
  // Half of each page stays free: the next version of a row has its place there, which the one after takes over, and no index has
  // to be told. Full pages grow to four times as much between two vacuums. Others that speak this protocol read over it.
  rewrittenTable: " WITH (fillfactor = 50)",
};
