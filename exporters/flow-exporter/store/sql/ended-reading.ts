import type { EndedEnd, Side, Transaction, WrittenTransaction } from "../../model/transaction.ts";
import type { EndedQuery } from "../store.ts";
import type { Dialect } from "./dialect.ts";
import { pageOf, parseEnd } from "./queries.ts";
import { type Row, transactionOf } from "./rows.ts";
import type { Value } from "./values.ts";

/** A flow is first seen, by the store's clock, after it began, by its node's: the two may be so far apart. */
const CLOCKS_APART_MS = 24 * 3600 * 1000;
/** Does not change any more once an end has ended; the time first. */
const KEYSET = ["began", "key", "incarnation", "side"];
const OWNERS: Readonly<Record<Side, string>> = { client: "source", server: "destination" };

/** An end before it is known whose the other one is. */
type WrittenEnd = Omit<EndedEnd, "transaction"> & { transaction: WrittenTransaction };

interface Statement {
  sql: string;
  parameters: readonly Value[];
}

/** One statement that gives a page, and one that counts all of them in `found`. @throws StoreError where `after` is not the end of a page. */
export function endedReadings(query: EndedQuery, dialect: Dialect): { page: Statement; count: Statement } {
  const { limit, after } = query;
  const end = after === undefined ? undefined : parseEnd(after, KEYSET.length);
  const keyset = KEYSET.join(", ");
  return {
    page: statement(dialect, (place) => {
      // Of what began before the page's first nothing is read twice.
      const ends = halvesOf(query, Number(end?.[0] ?? query.fromMs), "t.*", place);
      const beyond = end === undefined ? "" : ` WHERE (${keyset}) > (${end.map(place).join(", ")})`;
      return `SELECT * FROM (${ends}) AS ends${beyond} ORDER BY ${keyset} LIMIT ${place(limit + 1)}`;
    }),
    count: statement(
      dialect,
      (place) => `SELECT count(*) AS found FROM (${halvesOf(query, query.fromMs, "t.key", place)}) AS ends`,
    ),
  };
}

export function endedPageOf(
  rows: readonly Row[],
  { limit }: EndedQuery,
): { rows: readonly WrittenEnd[]; next: string | undefined } {
  return pageOf(rows, limit, KEYSET, (row) => ({
    side: row.side === "server" ? "server" : "client",
    transaction: transactionOf(row),
  }));
}

/** The same ends, of which it is known whose the other one is. */
export function endsOf(rows: readonly WrittenEnd[], transactions: readonly Transaction[]): EndedEnd[] {
  return transactions.map((transaction, place) => ({ side: rows[place]?.side ?? "client", transaction }));
}

type Place = (value: Value) => string;

/** SQLite's parameters have no numbers, so that they must be given in the order in which they are written. */
function statement(dialect: Dialect, write: (place: Place) => string): Statement {
  const parameters: Value[] = [];
  const sql = write((value) => dialect.parameter(parameters.push(value)));
  return { sql, parameters };
}

function halvesOf({ job, toMs }: EndedQuery, beganMs: number, columns: string, place: Place): string {
  const sides: readonly Side[] = ["client", "server"];
  const parts = sides.map(
    (side) => `SELECT ${columns}, '${side}' AS side, ${side}_started_ms AS began FROM transactions AS t
  WHERE first_seen >= ${place(Math.max(0, beganMs - CLOCKS_APART_MS))} AND protocol = 'tcp'
  AND ${side}_started_ms >= ${place(Math.max(1, beganMs))} AND ${side}_started_ms < ${place(toMs)} AND ${side}_ended_ms > 0
  AND (${OWNERS[side]}_name = ${place(job)} OR ${OWNERS[side]}_namespace = ${place(job)})`,
  );
  return parts.join("\nUNION ALL ");
}
