import { OWNER_COLUMNS } from "./columns.ts";

/** Both ends by the names that they have here, with the columns of their halves. */
const ENDS = [
  { end: "source", side: "client" },
  { end: "destination", side: "server" },
] as const;

/** Of a flow by the half of its client where that is there, as the exporter itself shows it, else by the other one. */
const by = (client: string, server: string) => `CASE WHEN t.client_node IS NULL THEN t.${server} ELSE t.${client} END`;
const either = (name: string) =>
  `CASE WHEN coalesce(t.client_${name}, 0) > 0 OR coalesce(t.server_${name}, 0) > 0 THEN 1 ELSE 0 END`;

/** What a transaction `t` is as one flow, as a list for SELECT: counters are the source's, and an end without a half has empty names. */
export const FLOW_COLUMNS: Readonly<Record<string, string>> = {
  ...endColumns((written) => `coalesce(${written}, '')`),
  sent_bytes: by("client_sent_bytes", "server_received_bytes"),
  received_bytes: by("client_received_bytes", "server_sent_bytes"),
  // One node has counted both ends' together, two each its own.
  retransmits: `CASE WHEN t.client_node = t.server_node THEN t.client_retransmits
    ELSE coalesce(t.client_retransmits, 0) + coalesce(t.server_retransmits, 0) END`,
  // What is not known sorts as the smallest in both databases.
  rtt_seconds: `CASE WHEN coalesce(t.client_rtt_seconds, 0) > 0 THEN t.client_rtt_seconds
    ELSE coalesce(t.server_rtt_seconds, 0) END`,
  state: by("client_state", "server_state"),
  opened: either("opened"),
  failed: either("failed"),
  ended: either("ended_ms"),
};

/** The same names of the ends, where an end without a half is who had its address: `h` of `holders`. */
export const HELD_COLUMNS = endColumns((written, held) => `coalesce(${written}, ${held}, '')`);

function endColumns(value: (written: string, held: string) => string): Readonly<Record<string, string>> {
  const columns = ENDS.flatMap(({ end, side }) => [
    [`${end}_node`, value(`t.${side}_node`, "h.node")],
    ...OWNER_COLUMNS.map((name) => [`${end}_${name}`, value(`t.${end}_${name}`, `h.${name}`)]),
  ]);
  return Object.fromEntries(columns);
}

/** `expression AS name` for each. */
export function selected(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns)
    .map(([name, expression]) => `${expression} AS ${name}`)
    .join(",\n  ");
}
