import type { AddressTenure, WrittenTransaction } from "../../model/transaction.ts";
import { StoreError } from "../error.ts";
import type { TenureQuery } from "../peers.ts";
import type { MetadataQuery, Page, TransactionQuery } from "../store.ts";
import { addressHolders, JOIN_HOLDER, onceOf } from "./address-holders.ts";
import type { Dialect } from "./dialect.ts";
import { type Row, tenureOf, transactionOf } from "./rows.ts";
import type { Value } from "./values.ts";

/** A query with its parameters, and what makes a page of its rows. */
export interface Reading<Item> {
  sql: string;
  parameters: readonly Value[];
  pageOf(rows: readonly Row[]): Page<Item>;
}

/** What a table is paged by: columns that never change, the time first. */
interface Paged<Item> {
  table: string;
  keyset: readonly string[];
  item(row: Row): Item;
}

/**
 * A condition with a question mark for each place of its one value; left out where the value is undefined. The table is `t`. With
 * `holder`, a condition on whose addresses matter, the one of `t` is `h`.
 */
type Filter = readonly [condition: string, value: Value | undefined, holder?: string];

const TRANSACTIONS: Paged<WrittenTransaction> = {
  table: "transactions",
  keyset: ["first_seen", "key", "protocol", "incarnation"],
  item: transactionOf,
};
const TENURES: Paged<AddressTenure> = {
  table: "metadata",
  keyset: ["valid_from", "address", "node", "uid"],
  item: tenureOf,
};

/** @throws StoreError where `after` is not the end of a page. */
export function transactionReading(query: TransactionQuery, dialect: Dialect): Reading<WrittenTransaction> {
  const filters: Filter[] = [
    ["(client_node = ? OR server_node = ? OR h.node = ?)", query.node, "node = ?"],
    ["(source_name = ? OR destination_name = ? OR h.name = ?)", query.endpoint, "name = ?"],
    ["(source_address = ? OR destination_address = ?)", query.address],
    ["(source_port = ? OR destination_port = ?)", query.port],
    ["protocol = ?", query.protocol],
    ["last_seen >= ?", query.sinceMs],
  ];
  return reading(TRANSACTIONS, filters, query, dialect);
}

/** @throws StoreError where `after` is not the end of a page. */
export function metadataReading(query: MetadataQuery, dialect: Dialect): Reading<AddressTenure> {
  const filters: Filter[] = [
    ["node = ?", query.node],
    ["address = ?", query.address],
    ["valid_to >= ?", query.sinceMs],
  ];
  return reading(TENURES, filters, query, dialect);
}

/** Of addresses that change hands all the time those beyond this stay nobody's. */
const MAX_TENURES = 5_000;

export function tenureReading(query: TenureQuery, dialect: Dialect): Reading<AddressTenure> {
  const parameters: Value[] = [...query.addresses, query.fromMs, query.toMs];
  const places = parameters.map((_, index) => dialect.parameter(index + 1));
  const [to, from] = [places.pop(), places.pop()];
  const sql = `SELECT * FROM metadata WHERE address IN (${places.join(", ")}) AND valid_to >= ${from} AND valid_from <= ${to}
ORDER BY address, valid_from LIMIT ${MAX_TENURES}`;
  return { sql, parameters, pageOf: (rows) => ({ rows: wholeOf(rows).map(tenureOf), next: undefined }) };
}

/** Of the address at which the reading was cut off, somebody else may have been left out. */
function wholeOf(rows: readonly Row[]): readonly Row[] {
  const last = rows.at(-1)?.address;
  return rows.length < MAX_TENURES ? rows : rows.filter(({ address }) => address !== last);
}

function reading<Item>(
  { table, keyset, item }: Paged<Item>,
  filters: readonly Filter[],
  { limit, after }: { limit: number; after?: string | undefined },
  dialect: Dialect,
): Reading<Item> {
  const parameters: Value[] = [];
  const place = (value: Value) => dialect.parameter(parameters.push(value));
  const filled = (condition: string | undefined, value: Value | undefined) =>
    condition === undefined || value === undefined ? [] : [condition.replaceAll("?", () => place(value))];
  // In the order of the text: SQLite's parameters have no numbers.
  const holders = filters.flatMap(([, value, holder]) => filled(holder, value));
  const conditions = filters.flatMap(([condition, value]) => filled(condition, value));
  if (after !== undefined) {
    const places = parseEnd(after, keyset.length).map(place);
    conditions.push(`(${keyset.join(", ")}) < (${places.join(", ")})`);
  }
  const [before, join] =
    holders.length > 0
      ? [`WITH ${addressHolders(onceOf(holders.join(" OR ")), dialect)} `, ` ${JOIN_HOLDER}`]
      : ["", ""];
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  const order = keyset.map((name) => `${name} DESC`).join(", ");
  // One more than asked for tells whether there is another page.
  const sql = `${before}SELECT t.* FROM ${table} AS t${join}${where} ORDER BY ${order} LIMIT ${place(limit + 1)}`;
  return { sql, parameters, pageOf: (rows) => pageOf(rows, limit, keyset, item) };
}

/** Of rows that are one more than asked for where there is another page. */
export function pageOf<Item>(
  rows: readonly Row[],
  limit: number,
  keyset: readonly string[],
  item: (row: Row) => Item,
): Page<Item> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const isLast = rows.length <= limit || last === undefined;
  const end = isLast ? undefined : JSON.stringify(keyset.map((name) => last[name]));
  return { rows: page.map(item), next: end === undefined ? undefined : Buffer.from(end).toString("base64url") };
}

/** What the columns that a table is paged by had at the end of a page. @throws StoreError */
export function parseEnd(text: string, length: number): Value[] {
  const values = parsed(Buffer.from(text, "base64url").toString());
  const isEnd = Array.isArray(values) && values.length === length && values.every(isValue);
  if (!isEnd || typeof values[0] !== "number") throw new StoreError("BAD_QUERY", "`after` is not the end of a page");
  return values;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isValue(value: unknown): value is string | number {
  return typeof value === "string" || Number.isSafeInteger(value);
}
