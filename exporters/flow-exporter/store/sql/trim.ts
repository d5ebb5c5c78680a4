import type { Bounds } from "../store.ts";
import type { Dialect } from "./dialect.ts";
import type { Value } from "./values.ts";

/** Rows that one statement removes: no writer waits for longer than that takes. */
export const TRIM_BATCH = 10_000;

/** A statement that removes up to TRIM_BATCH rows; it is repeated until it removes fewer. */
interface Trim {
  sql: string;
  parameters: readonly Value[];
}

const TABLES = [
  { table: "transactions", key: "key, protocol, incarnation", written: "last_seen" },
  { table: "metadata", key: "address, node, valid_from, uid", written: "valid_to" },
] as const;

/** For each table one that goes by age, and one that goes by size: that keeps the rows that were written last. */
export function trims({ maxAgeMs, maxRows }: Bounds, dialect: Dialect): Trim[] {
  const one = dialect.parameter(1);
  return TABLES.flatMap(({ table, key, written }) => {
    const old = `WITH ${dialect.clock} SELECT ${key} FROM ${table} CROSS JOIN clock WHERE ${written} < clock.now - ${one}`;
    const many = `SELECT ${key} FROM ${table} ORDER BY ${written} DESC, ${key} LIMIT ${TRIM_BATCH} OFFSET ${one}`;
    return [
      { sql: removal(table, key, `${old} LIMIT ${TRIM_BATCH}`), parameters: [maxAgeMs] },
      { sql: removal(table, key, many), parameters: [maxRows] },
    ];
  });
}

function removal(table: string, key: string, rows: string): string {
  return `DELETE FROM ${table} WHERE (${key}) IN (${rows})`;
}
