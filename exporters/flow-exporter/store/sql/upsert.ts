import type { Side } from "../../model/transaction.ts";
import { type Column, halfColumns, OWNER_COLUMNS, TUPLE_COLUMNS } from "./columns.ts";
import type { Dialect } from "./dialect.ts";

/** The two halves of a flow start within this: a lost SYN is sent again for longer, but rarely. */
const JOIN_WINDOW_MS = 60_000;
/** A half may be this late, so that a short flow seems to have begun on one side after it was over on the other. */
const LATE_MS = 10_000;

const INPUT_KEY: readonly Column[] = [
  { name: "key", type: "text", merge: "same" },
  { name: "protocol", type: "text", merge: "same" },
];
/** How long ago the half started, by its node's clock; null: not known. */
const INPUT_AGE: Column = { name: "age_ms", type: "bigint", merge: "same" };

/** The columns of what is written, in the order in which `halfValues` gives their values. */
export function inputColumns(side: Side): readonly Column[] {
  return [...INPUT_KEY, INPUT_AGE, ...TUPLE_COLUMNS, ...halfColumns(side)];
}

/**
 * One statement that writes halves of one side. Each takes the row that holds this very half, else the one whose other half started
 * nearest and whose place on this side is empty, else a row of its own. Where statements run side by side another writer may take that
 * row meanwhile: then the half is not written, and is missing from what the statement can be had to return.
 */
export function transactionUpsert(side: Side, dialect: Dialect): string {
  const columns = [...TUPLE_COLUMNS, ...halfColumns(side)].map(({ name }) => name);
  return `WITH ${dialect.clock}, ${dialect.input(inputColumns(side))}, placed AS (
  SELECT input.*, clock.now AS now, clock.now - input.age_ms AS started_at FROM input CROSS JOIN clock
)
INSERT INTO transactions (key, protocol, incarnation, ${columns.join(", ")}, started_at, first_seen, last_seen)
SELECT i.key, i.protocol, ${incarnation(side)}, ${columns.map((name) => `i.${name}`).join(", ")}, i.started_at, i.now, i.now
FROM placed AS i WHERE true
ON CONFLICT (key, protocol, incarnation) DO UPDATE SET
  ${updates(side, dialect.greatest, excluded).join(",\n  ")}
WHERE ${isSame("transactions", excluded, side)} OR ${goesOn("transactions", excluded, side)}
  OR ${isOpenTo("transactions", "excluded", "excluded.last_seen", side)}`;
}

/**
 * One statement that writes a half whose row is there already, and nothing where it is not.
 * @param given what stands for the half's value of a column
 */
export function transactionUpdate(side: Side, greatest: string, given: (name: string) => string): string {
  return `UPDATE transactions SET
  ${updates(side, greatest, given).join(",\n  ")}
WHERE key = ${given("key")} AND protocol = ${given("protocol")} AND ${isSame("transactions", given, side)}`;
}

/** One statement that writes who has which address. A holder that had it before another one begins anew. */
export function metadataUpsert(dialect: Dialect): string {
  const columns = METADATA_COLUMNS.map(({ name }) => name);
  return `WITH ${dialect.clock}, ${dialect.input(METADATA_COLUMNS)}
INSERT INTO metadata (${columns.join(", ")}, valid_from, valid_to)
SELECT ${columns.map((name) => `i.${name}`).join(", ")}, coalesce((
  SELECT m.valid_from FROM metadata AS m
  WHERE m.address = i.address AND m.node = i.node AND m.uid = i.uid AND NOT EXISTS (
    SELECT 1 FROM metadata AS n WHERE n.address = m.address AND n.node = m.node AND n.uid <> m.uid AND n.valid_from > m.valid_to)
  ORDER BY m.valid_from DESC LIMIT 1
), clock.now), clock.now
FROM input AS i CROSS JOIN clock WHERE true
ON CONFLICT (address, node, valid_from, uid) DO UPDATE SET
  valid_to = ${dialect.greatest}(metadata.valid_to, excluded.valid_to),
  ${HOLDER_COLUMNS.map((name) => `${name} = coalesce(nullif(excluded.${name}, ''), metadata.${name})`).join(",\n  ")}`;
}

/** What is known of who has an address. */
const HOLDER_COLUMNS = [...OWNER_COLUMNS, "pod_owner"] as const;

/** In the order in which `holderValues` gives their values. */
export const METADATA_COLUMNS: readonly Column[] = ["address", "node", "uid", ...HOLDER_COLUMNS].map((name) => ({
  name,
  type: "text",
  merge: "known",
}));

function incarnation(side: Side): string {
  const rows = "FROM transactions AS t WHERE t.key = i.key AND t.protocol = i.protocol";
  const input = (name: string) => `i.${name}`;
  return `coalesce(
  (SELECT max(t.incarnation) ${rows} AND ${isSame("t", input, side)}),
  (SELECT max(t.incarnation) ${rows} AND ${goesOn("t", input, side)}),
  (SELECT t.incarnation ${rows} AND ${isOpenTo("t", "i", "i.now", side)}
    ORDER BY abs(coalesce(t.started_at, t.last_seen) - coalesce(i.started_at, i.now)), t.incarnation DESC LIMIT 1),
  (SELECT max(t.incarnation) + 1 ${rows}),
  0)`;
}

function excluded(name: string): string {
  return `excluded.${name}`;
}

function isSame(row: string, given: (name: string) => string, side: Side): string {
  return areEqual(row, given, [`${side}_node`, `${side}_boot`, `${side}_start_ns`]);
}

/**
 * Whether a half whose start is not known is the one of a row. A tracer that is started anew, as by a rolling update, does not know when
 * the flows began that an earlier one has told of; but their sockets still count from their start. Written with it, the row goes by
 * that half's start, which is none.
 */
function goesOn(row: string, given: (name: string) => string, side: Side): string {
  const counters = [`${side}_sent_bytes`, `${side}_received_bytes`];
  const grows = counters.map((name) => `${given(name)} >= ${row}.${name}`).join(" AND ");
  const isOpen = `${given(`${side}_start_ns`)} = 0 AND ${row}.${side}_ended_ms = 0`;
  return `(${areEqual(row, given, [`${side}_node`, `${side}_boot`])} AND ${isOpen} AND ${grows})`;
}

function areEqual(row: string, given: (name: string) => string, names: readonly string[]): string {
  return `(${names.map((name) => `${row}.${name} = ${given(name)}`).join(" AND ")})`;
}

/** Where a start is not known on one side, all there is to go by is that the other half is still being written. */
function isOpenTo(row: string, half: string, now: string, side: Side): string {
  const apart = `abs(${row}.started_at - ${half}.started_at) <= ${JOIN_WINDOW_MS}`;
  const isUnknown = `(${row}.started_at IS NULL OR ${half}.started_at IS NULL)`;
  const isRecent = `${row}.last_seen >= ${now} - ${JOIN_WINDOW_MS}`;
  const conditions = [
    `(${apart} OR (${isUnknown} AND ${isRecent}))`,
    isOngoing(row, half, now, side),
    mayMeet(row, half, side),
  ];
  return `(${row}.${side}_node IS NULL AND ${conditions.join(" AND ")})`;
}

/**
 * Whether the flow of a row was not yet over when the half began: the same tuple used again is another flow. Of a half whose start is
 * not known it is enough that it is open now; one that is over too may have ended with the row's.
 */
function isOngoing(row: string, half: string, now: string, side: Side): string {
  const other = side === "client" ? "server" : "client";
  const lasted = `CASE WHEN ${row}.${other}_started_ms > 0 THEN ${row}.${other}_ended_ms - ${row}.${other}_started_ms END`;
  const ended = `coalesce(${row}.started_at + ${lasted}, ${row}.last_seen)`;
  const seen = `coalesce(${half}.started_at, CASE WHEN ${half}.${side}_ended_ms = 0 THEN ${now} ELSE 0 END)`;
  return `(${row}.${other}_ended_ms = 0 OR ${seen} <= ${ended} + ${LATE_MS})`;
}

/** A flow that does not leave its node has addresses that other nodes give out as well, so only its own node can have its other half. */
function mayMeet(row: string, half: string, side: Side): string {
  const other = side === "client" ? "server" : "client";
  const leaves = `coalesce(${half}.${side}_nat, '') <> 'local' AND coalesce(${row}.${other}_nat, '') <> 'local'`;
  return `(${row}.${other}_node = ${half}.${side}_node OR (${leaves}))`;
}

function updates(side: Side, greatest: string, given: (name: string) => string): string[] {
  const largest = (name: string) => `${name} = ${greatest}(coalesce(transactions.${name}, 0), ${given(name)})`;
  const sum = (of: (name: string) => string) => `${of(`${side}_sent_bytes`)} + ${of(`${side}_received_bytes`)}`;
  const isBehind = `(${sum(given)} < ${sum((name) => `transactions.${name}`)}
    OR (transactions.${side}_ended_ms > 0 AND ${given(`${side}_ended_ms`)} = 0))`;
  const how: Readonly<Record<Column["merge"], (name: string) => string>> = {
    larger: largest,
    known: (name) => `${name} = coalesce(nullif(${given(name)}, ''), transactions.${name}, '')`,
    later: (name) => `${name} = CASE WHEN ${isBehind} THEN transactions.${name} ELSE ${given(name)} END`,
    same: (name) => `${name} = ${given(name)}`,
  };
  return [
    ...halfColumns(side).map(({ name, merge }) => how[merge](name)),
    `started_at = coalesce(transactions.started_at, ${given("started_at")})`,
    largest("last_seen"),
  ];
}
