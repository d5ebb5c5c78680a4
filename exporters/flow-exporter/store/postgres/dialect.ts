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
};
