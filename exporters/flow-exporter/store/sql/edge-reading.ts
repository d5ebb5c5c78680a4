import type { EdgeReading, StoredCounters, StoredEdge, StoredEnd } from "../../model/stored-edge.ts";
import type { EdgeBounds } from "../store.ts";
import { addressHolders, IS_ALONE, JOIN_HOLDER, presentSince } from "./address-holders.ts";
import { OWNER_COLUMNS } from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import { FLOW_COLUMNS, HELD_COLUMNS, selected } from "./flow-columns.ts";
import type { Row } from "./rows.ts";
import { ownerOf, text } from "./rows.ts";

/** Edges that nobody has used for as long are left out, as the exporter leaves out its own. */
const WINDOW_MS = 3_600_000;
/** Readings within a step have the same flows in them, and those that came since, so that they can be compared. */
const STEP_MS = 600_000;
/** A flow that is written so long after its start has counted before, and would look as if all of that came at once. */
const LATE_MS = 60_000;
/** Whose round-trip time is of now. */
const RECENT_MS = 60_000;

const COUNTERS = ["sent_bytes", "received_bytes", "opened", "failed"] as const;
const ENDS = ["source", "destination"] as const;
const PAIR = [...ENDS.flatMap((end) => [`${end}_node`, `${end}_name`]), "protocol"];
/** What an endpoint has besides its name, which is the same for all of its flows, or changes with the container. */
const ATTRIBUTES = ENDS.flatMap((end) => OWNER_COLUMNS.slice(1).map((name) => `${end}_${name}`));
/** Whether the half of that end is there of any of the flows. */
const TOLD = ENDS.map((end) => `${end}_told`);
const SUMS = [...COUNTERS, ...COUNTERS.map(youngOf), "closed", "retransmits", "connections", "older_flows"];

const sums = (columns: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(columns).map(([name, one]) => [name, `CAST(sum(${one}) AS bigint)`]));
const largest = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, `max(${name})`]));

/** As the table has them: of grouping by an expression PostgreSQL expects so many groups that it sorts all rows on disk. */
const RAW: Readonly<Record<string, string>> = {
  source_node: "t.client_node",
  destination_node: "t.server_node",
  ...Object.fromEntries(["source_name", "destination_name", ...ATTRIBUTES].map((name) => [name, `t.${name}`])),
};

const FLOW_SUMS = sums({
  ...Object.fromEntries(COUNTERS.map((name) => [name, name])),
  ...Object.fromEntries(COUNTERS.map((name) => [youngOf(name), `CASE WHEN young = 1 THEN ${name} ELSE 0 END`])),
  closed: "opened * ended",
  retransmits: "retransmits",
  connections: "opened * (1 - ended)",
  older_flows: "1 - young",
});
const FOLDED = selected({
  ...largest([...ATTRIBUTES, ...TOLD]),
  ...sums(Object.fromEntries(SUMS.map((name) => [name, name]))),
  rtt: "avg(rtt)",
  first_seen: "min(first_seen)",
  last_seen: "max(last_seen)",
});

/**
 * One statement that folds the flows of the last hour by their endpoints, the port that serves and the protocol. Ports of two
 * endpoints beyond `maxPorts` are one edge, the first to come have theirs. It reads the whole table, since an index on what every write
 * changes would cost each writer more than this costs those who look; and twice, since only the few flows of one half are worth
 * looking up who had the address of their other end.
 */
export function edgeReading({ maxEdges, maxPorts }: EdgeBounds, dialect: Dialect): string {
  const pair = PAIR.join(", ");
  const port = `CASE WHEN place > ${maxPorts} THEN 0 ELSE destination_port END`;
  return `WITH ${dialect.clock},
span AS (SELECT now, now - ${WINDOW_MS} - (now - ${WINDOW_MS}) % ${STEP_MS} AS since FROM clock),
${addressHolders(presentSince("(SELECT since FROM span)"), dialect)},
told AS (${portsOf({ ...FLOW_COLUMNS, ...RAW }, `WHERE NOT ${IS_ALONE}`)}
UNION ALL ${portsOf({ ...FLOW_COLUMNS, ...HELD_COLUMNS }, `${JOIN_HOLDER} WHERE ${IS_ALONE}`)}),
ports AS (SELECT ${pair}, destination_port, ${FOLDED} FROM told GROUP BY ${pair}, destination_port),
ranked AS (SELECT ports.*, row_number() OVER (PARTITION BY ${pair} ORDER BY first_seen, destination_port) AS place FROM ports),
edges AS (SELECT ${pair}, ${port} AS port, ${FOLDED} FROM ranked GROUP BY ${pair}, ${port})
SELECT edges.*, span.now, span.since, count(*) OVER () AS found FROM edges CROSS JOIN span
ORDER BY last_seen DESC, ${pair}, port LIMIT ${maxEdges}`;
}

/** Flows by their endpoints and port. */
function portsOf(columns: Readonly<Record<string, string>>, which: string): string {
  return `SELECT ${PAIR.join(", ")}, destination_port, ${selected({ ...largest([...ATTRIBUTES, ...TOLD]), ...FLOW_SUMS })},
  avg(CASE WHEN recent = 1 AND rtt_seconds > 0 THEN rtt_seconds END) AS rtt,
  min(first_seen) AS first_seen, max(last_seen) AS last_seen
  FROM (SELECT t.protocol, t.destination_port, t.first_seen, t.last_seen,
    CASE WHEN t.first_seen >= span.since AND t.started_at >= t.first_seen - ${LATE_MS} THEN 1 ELSE 0 END AS young,
    CASE WHEN t.last_seen >= span.now - ${RECENT_MS} THEN 1 ELSE 0 END AS recent,
    CASE WHEN t.client_node IS NULL THEN 0 ELSE 1 END AS source_told,
    CASE WHEN t.server_node IS NULL THEN 0 ELSE 1 END AS destination_told,
    ${selected(columns)}
    FROM transactions AS t CROSS JOIN span ${which} AND t.last_seen >= span.since) AS flows
  GROUP BY ${PAIR.join(", ")}, destination_port`;
}

export function edgeReadingOf(rows: readonly Row[]): EdgeReading {
  const [first] = rows;
  const number = (name: string) => Number(first?.[name] ?? 0);
  return {
    edges: rows.map(edgeOf),
    leftOut: number("found") - rows.length,
    sinceMs: number("since"),
    nowMs: number("now"),
  };
}

function edgeOf(row: Row): StoredEdge {
  const number = (name: string) => Number(row[name]);
  return {
    source: endOf(row, "source"),
    destination: endOf(row, "destination"),
    halves: number("source_told") === 0 ? "server" : number("destination_told") === 0 ? "client" : "both",
    destinationPort: number("port"),
    protocol: row.protocol === "udp" ? "udp" : "tcp",
    ...countersOf(row, (name) => name),
    closed: number("closed"),
    retransmits: number("retransmits"),
    connections: number("connections"),
    rttSeconds: row.rtt === null ? undefined : number("rtt"),
    lastSeenMs: number("last_seen"),
    young: countersOf(row, youngOf),
    olderFlows: number("older_flows"),
  };
}

function endOf(row: Row, end: (typeof ENDS)[number]): StoredEnd {
  return { node: text(row[`${end}_node`]), ...ownerOf(row, `${end}_`) };
}

function countersOf(row: Row, columnOf: (name: (typeof COUNTERS)[number]) => string): StoredCounters {
  const number = (name: (typeof COUNTERS)[number]) => Number(row[columnOf(name)]);
  return {
    sentBytes: number("sent_bytes"),
    receivedBytes: number("received_bytes"),
    opened: number("opened"),
    failed: number("failed"),
  };
}

function youngOf(name: string): string {
  return `young_${name}`;
}
