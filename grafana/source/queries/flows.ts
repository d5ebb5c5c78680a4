import { EDGE, EDGE_AND_PROTOCOL, largest, meanRate, RATE, selected, WHOLE } from "./select.ts";

const SENT = "flow_sent_bytes_total";
const RECEIVED = "flow_received_bytes_total";
const SHOWN_EDGES = 12;
const MAP_EDGES = 100;
const TABLE_ROWS = 50;

/** What the chosen edges carried both ways over the whole time shown. */
const carried = (labels: string) =>
  `sum by (${labels}) ${selected(`increase(${SENT}${WHOLE}) + increase(${RECEIVED}${WHOLE})`)}`;

const openOverTime = `sum by (${EDGE}) ${selected(`avg_over_time(flow_connections${WHOLE})`)} > 0`;

/** A counter's rate by edge, of those chosen edges that count most of it. */
function byEdge(counter: string): string {
  const whole = `sum by (${EDGE}) ${selected(`increase(${counter}${WHOLE})`)} > 0`;
  return largest(SHOWN_EDGES, EDGE, `sum by (${EDGE}) (rate(${counter}${RATE}))`, whole);
}

const bothWays = `(rate(${SENT}${RATE}) + rate(${RECEIVED}${RATE}))`;

export const traffic = `sum${selected(bothWays)}`;
export const trafficByEdge = largest(SHOWN_EDGES, EDGE, `sum by (${EDGE}) ${bothWays}`, `${carried(EDGE)} > 0`);
export const trafficByProject =
  'sum by (source_project, destination_project) (project:flow_bytes:rate1m{monitoring!="$monitoring"})';
export const coverage = "flow_coverage_ratio";
export const open = `sum by (protocol) ${selected("flow_connections")}`;
export const openByEdge = largest(SHOWN_EDGES, EDGE, `sum by (${EDGE}) (flow_connections)`, openOverTime);
export const opened = total("flow_connections_opened_total");
export const openedByEdge = byEdge("flow_connections_opened_total");
export const failed = total("flow_connections_failed_total");
export const failedByEdge = byEdge("flow_connections_failed_total");
export const retransmits = total("flow_retransmits_total");
export const retransmitsByEdge = byEdge("flow_retransmits_total");
export const roundTripByEdge = largest(
  SHOWN_EDGES,
  EDGE,
  `sum by (${EDGE}) (rate(flow_rtt_seconds_sum${RATE})) / (sum by (${EDGE}) (rate(flow_rtt_seconds_count${RATE})) > 0)`,
  `${carried(EDGE)} > 0`,
);
export const roundTrips = buckets("flow_rtt_seconds");
export const sizes = buckets("flow_size_bytes");
export const durations = buckets("flow_duration_seconds");

/** All edges, whatever is chosen: for dashboards that have no such variables. */
export const everyEdge = largest(
  8,
  EDGE,
  `sum by (${EDGE}) ${bothWays}`,
  `sum by (${EDGE}) (increase(${SENT}${WHOLE}) + increase(${RECEIVED}${WHOLE}))`,
);
export const everyOpenConnection = "sum by (protocol) (flow_connections)";

/** One row for each edge, one query for each column; every column has the same rows. */
export const talkers = {
  meanTraffic: ofTalkers(`${meanRate(SENT)} + ${meanRate(RECEIVED)}`),
  meanSent: ofTalkers(meanRate(SENT)),
  meanReceived: ofTalkers(meanRate(RECEIVED)),
  sent: ofTalkers(SENT),
  received: ofTalkers(RECEIVED),
  connections: ofTalkers("flow_connections"),
  opened: ofTalkers("flow_connections_opened_total"),
  failed: ofTalkers("flow_connections_failed_total"),
  retransmits: ofTalkers("flow_retransmits_total"),
};

const mapTraffic = selected(`(${meanRate(SENT)} + ${meanRate(RECEIVED)})`);
const mapEdges = `topk(${MAP_EDGES}, sum by (source, destination) ${mapTraffic} > 0)`;
const mapEnds = `label_join(${mapEdges}, "id", "", "source") or label_join(${mapEdges}, "id", "", "destination")`;
// A container that was replaced under its name is known twice for a while.
const projects =
  'topk by (id) (1, label_join(label_join(flow_endpoint_info, "id", "", "endpoint"), "subtitle", "", "compose_project"))';

/** In the columns that Grafana's node graph reads. */
export const map = {
  edges: `label_join(label_join(${mapEdges}, "target", "", "destination"), "id", " → ", "source", "destination")`,
  nodes: `label_join(sum by (id) (${mapEnds}) * on (id) group_left (subtitle) ${projects}, "title", "", "id")`,
};

/** Bytes from and to the chosen container by its peer, whoever of both opened the connection. */
export const sentByPeer = byPeer(SENT, RECEIVED);
export const receivedByPeer = byPeer(RECEIVED, SENT);
export const openByPeer = `sum by (source, destination, destination_port) (flow_connections{source="$container"} or flow_connections{destination="$container"})`;

function total(counter: string): string {
  return `sum${selected(`rate(${counter}${RATE})`)}`;
}

function buckets(histogram: string): string {
  return `sum by (le) ${selected(`rate(${histogram}_bucket${RATE})`)}`;
}

function ofTalkers(metric: string): string {
  return largest(
    TABLE_ROWS,
    EDGE_AND_PROTOCOL,
    `sum by (${EDGE_AND_PROTOCOL}) (${metric})`,
    carried(EDGE_AND_PROTOCOL),
  );
}

function byPeer(asSource: string, asDestination: string): string {
  const out = `label_join(rate(${asSource}{source="$container"}${RATE}), "peer", "", "destination")`;
  const back = `label_join(rate(${asDestination}{destination="$container"}${RATE}), "peer", "", "source")`;
  return `sum by (peer, destination_port) (${out} or ${back})`;
}
