import { setImmediate as nextTurn } from "node:timers/promises";
import type { Bounds } from "../store.ts";
import type { Dialect } from "./dialect.ts";
import type { Row } from "./rows.ts";
import type { Value } from "./values.ts";

/** Rows that one statement removes: no writer waits for longer than that takes. */
const TRIM_BATCH = 10_000;

/** A database that is trimmed. */
interface Trimmed {
  /** Whether this writer is the one that trims, now and for the next statement. */
  hasLease(): Promise<boolean>;
  select(sql: string, parameters: readonly Value[]): Promise<Row[]>;
  /** Returns how many rows went. */
  remove(sql: string, parameters: readonly Value[]): Promise<number>;
}

const TABLES = [
  { table: "transactions", key: "key, protocol, incarnation", written: "last_seen" },
  { table: "metadata", key: "address, node, valid_from, uid", written: "valid_to" },
] as const;

/** Of each table, removes what is too old, and what is beyond the number of rows: those stay that were written last. */
export async function trimTables({ maxAgeMs, maxRows }: Bounds, dialect: Dialect, database: Trimmed): Promise<number> {
  const [clock] = await database.select(`WITH ${dialect.clock} SELECT now FROM clock`, []);
  const oldest = Number(clock?.now) - maxAgeMs;
  let removed = 0;
  for (const { table, key, written } of TABLES) {
    const one = dialect.parameter(1);
    const last = `SELECT ${written} AS written FROM ${table} ORDER BY ${written} DESC LIMIT 1 OFFSET ${one}`;
    const [row] = await database.select(last, [maxRows]);
    const beyond = row === undefined ? Number.NEGATIVE_INFINITY : Number(row.written);
    // What is written while this waits for its row is not to go: the row is compared again with what stands outside.
    const removal = (rows: string, still: string) =>
      `DELETE FROM ${table} WHERE (${key}) IN (${rows}) AND ${written} ${still} ${dialect.parameter(2)}`;
    const before = Math.max(oldest, beyond);
    const old = `SELECT ${key} FROM ${table} WHERE ${written} < ${one} LIMIT ${TRIM_BATCH}`;
    removed += await removeAll(database, removal(old, "<"), [before, before]);
    if (row === undefined) continue;
    // To sort all that is left for each batch would take the square of its length: only of equals the order matters.
    const many = `SELECT ${key} FROM ${table} ORDER BY ${written} DESC, ${key} LIMIT ${TRIM_BATCH} OFFSET ${one}`;
    removed += await removeAll(database, removal(many, "<="), [maxRows, beyond]);
  }
  return removed;
}

async function removeAll(database: Trimmed, sql: string, values: readonly Value[]): Promise<number> {
  let removed = 0;
  for (let last = TRIM_BATCH; last === TRIM_BATCH; removed += last) {
    if (!(await database.hasLease())) return removed;
    last = await database.remove(sql, values);
    // Of SQLite none of this waits for anything: what is to be written has its turn in between.
    await nextTurn();
  }
  return removed;
}
