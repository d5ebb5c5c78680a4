import type { FlowQuery } from "../store.ts";
import { addressHolders, JOIN_HOLDER, onceOf, presentSince } from "./address-holders.ts";
import type { Dialect } from "./dialect.ts";
import { FLOW_COLUMNS, HELD_COLUMNS, selected } from "./flow-columns.ts";
import type { Value } from "./values.ts";

/** Without anything that says since when, what was written within the last hour is asked for. */
const WINDOW_MS = 3_600_000;
/** Later than any date. */
const NEVER_MS = 9_000_000_000_000_000;

const START =
  "CASE WHEN coalesce(client_started_ms, 0) > 0 THEN client_started_ms ELSE coalesce(server_started_ms, 0) END";
const END = "CASE WHEN coalesce(client_ended_ms, 0) > 0 THEN client_ended_ms ELSE coalesce(server_ended_ms, 0) END";

/** What flows are sorted by, as an expression of what is selected. */
const RANKS: Readonly<Record<FlowQuery["sort"]["by"], string>> = {
  first_seen: "first_seen",
  bytes: "flow_sent_bytes + flow_received_bytes",
  sent_bytes: "flow_sent_bytes",
  received_bytes: "flow_received_bytes",
  retransmits: "flow_retransmits",
  rtt_seconds: "flow_rtt_seconds",
  start: START,
  end: `CASE WHEN flow_ended = 1 THEN ${END} ELSE ${NEVER_MS} END`,
};

interface Statement {
  sql: string;
  parameters: readonly Value[];
}

/** One statement that gives a part of the list, and one that counts all of it in `found`. */
export function flowReadings(query: FlowQuery, dialect: Dialect): { part: Statement; count: Statement } {
  const { by, descending } = query.sort;
  // Of equals the newest comes first, and the same each time.
  const order = `${RANKS[by]} ${descending ? "DESC" : "ASC"}, first_seen DESC, key, protocol, incarnation`;
  return {
    part: statement(query, dialect, (flows, place) => {
      const list = `SELECT * ${flows} ORDER BY ${order}`;
      return `${list} LIMIT ${place(query.limit)} OFFSET ${place(query.offset)}`;
    }),
    count: statement(query, dialect, (flows) => `SELECT count(*) AS found ${flows}`),
  };
}

type Place = (value: Value) => string;

function statement(query: FlowQuery, dialect: Dialect, ask: (flows: string, place: Place) => string): Statement {
  const parameters: Value[] = [];
  const place: Place = (value) => dialect.parameter(parameters.push(value));
  const which = holdersAsked(query, place);
  const holders = which === undefined ? "" : `, ${addressHolders(which, dialect)}`;
  const derived = which === undefined ? FLOW_COLUMNS : { ...FLOW_COLUMNS, ...HELD_COLUMNS };
  const columns = Object.fromEntries(Object.entries(derived).map(([name, one]) => [`flow_${name}`, one]));
  const conditions = conditionsOf(query, place).join("\n  AND ");
  const flows = `FROM (SELECT t.*, clock.now AS now, ${selected(columns)}
  FROM transactions AS t CROSS JOIN clock ${which === undefined ? "" : JOIN_HOLDER}) AS flows
  WHERE ${conditions}`;
  return { sql: `WITH ${dialect.clock}${holders} ${ask(flows, place)}`, parameters };
}

/** Whose addresses matter, as a condition on rows of metadata; undefined: no end is asked for, so that none does. */
function holdersAsked({ node, endpoint, search, without }: FlowQuery, place: Place): string | undefined {
  // Whatever has a holder is not what is asked for.
  if (endpoint === "") return presentSince(`(SELECT now - ${WINDOW_MS} FROM clock)`);
  const any = [
    ...when(endpoint, (name) => `name = ${place(name)}`),
    ...when(node, (name) => `node = ${place(name)}`),
    ...when(search, (text) => `lower(name) LIKE ${place(patternOf(text))} ESCAPE '!'`),
    ...without.map(({ image, namespace }) => `(image = ${place(image)} AND namespace = ${place(namespace)})`),
  ];
  return any.length === 0 ? undefined : onceOf(any.join(" OR "));
}

function when<T>(value: T | undefined, condition: (value: T) => string): string[] {
  return value === undefined ? [] : [condition(value)];
}

/** SQLite's parameters have no numbers, so that they must be given in the order in which they are written. */
function conditionsOf(query: FlowQuery, place: Place): string[] {
  const { sinceMs, node, endpoint, search, port, sourcePort, protocol, state, without } = query;
  return [
    sinceMs === undefined ? `last_seen >= now - ${WINDOW_MS}` : `last_seen >= ${place(sinceMs)}`,
    ...when(endpoint, (name) => `(${atEnds((end) => endIs(end, name, node, place))})`),
    ...when(node, (name) => `(${atEnds((end) => `flow_${end}_node = ${place(name)}`)})`),
    ...when(
      search,
      (text) => `(${SEARCHED.map((name) => `${name} LIKE ${place(patternOf(text))} ESCAPE '!'`).join(" OR ")})`,
    ),
    ...when(port, (value) => `destination_port = ${place(value)}`),
    ...when(sourcePort, (value) => `source_port = ${place(value)}`),
    ...when(protocol, (value) => `protocol = ${place(value)}`),
    ...when(state, (value) => STATES[value] ?? `flow_state = ${place(value)}`),
    ...without.map(
      ({ image, namespace }) =>
        `NOT (${atEnds((end) => `flow_${end}_image = ${place(image)} AND flow_${end}_namespace = ${place(namespace)}`)})`,
    ),
  ];
}

const SEARCHED = ["lower(flow_source_name)", "lower(flow_destination_name)", "source_address", "destination_address"];

const STATES: Readonly<Record<string, string>> = {
  open: "flow_ended = 0 AND flow_failed = 0",
  closed: "flow_ended = 1",
  failed: "flow_failed = 1",
};

function atEnds(condition: (end: "source" | "destination") => string): string {
  return `${condition("source")} OR ${condition("destination")}`;
}

/** An empty name is that of an end that no node knows, and which is on none. */
function endIs(end: string, name: string, node: string | undefined, place: Place): string {
  const named = `flow_${end}_name = ${place(name)}`;
  return node === undefined || name === "" ? named : `(${named} AND flow_${end}_node = ${place(node)})`;
}

/** What has the text in it, in any case; `!` stands before what would mean something else. */
function patternOf(text: string): string {
  return `%${text.toLowerCase().replace(/[!%_]/g, "!$&")}%`;
}
