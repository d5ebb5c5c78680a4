import type { Counts } from "../../../model/counts.ts";
import type { ObservedEdge } from "../../../model/observed-edge.ts";
import type { View } from "../../view.ts";
import { type Metric, metric, type Sample } from "./definition.ts";

const ENDS = ["origin", "source", "destination", "destination_port", "protocol"];
/** What Prometheus has told is there already, and HTTP of named containers has metrics of its own. */
const OF_OTHERS: readonly string[] = ["hubble-metrics", "http"];

/** What Hubble's observers and files tell, beside what is counted here; absent without one in FLOW_SOURCES. */
export const HUBBLE_METRICS: readonly Metric[] = [
  metric(
    "flow_hubble_flows_total",
    "Events that Hubble (FLOW_SOURCES) tells of an edge, either direction, by verdict. They are packets or requests as " +
      "Hubble sees them, several times each, and have no bytes.",
    [...ENDS, "verdict"],
    (view) => perName(view, "verdict", ({ verdicts }) => verdicts),
  ),
  metric(
    "flow_hubble_drops_total",
    "Of those, packets that were dropped, by Hubble's reason.",
    [...ENDS, "reason"],
    (view) => perName(view, "reason", ({ dropReasons }) => dropReasons),
  ),
  metric(
    "flow_hubble_http_requests_total",
    "HTTP requests that Hubble tells of, by method.",
    [...ENDS, "method"],
    (view) => perName(view, "method", ({ http }) => http?.methods),
  ),
  metric(
    "flow_hubble_http_responses_total",
    "HTTP responses that Hubble tells of, by status code.",
    [...ENDS, "code"],
    (view) => perName(view, "code", ({ http }) => http?.codes),
  ),
  metric(
    "flow_hubble_http_response_seconds_total",
    "Sum of the time that HTTP responses took, of those that Hubble knows it of.",
    ENDS,
    (view) => perEdge(view, ({ http }) => http?.latencySeconds.sum),
  ),
  metric("flow_hubble_http_timed_responses_total", "HTTP responses that Hubble knows the time of.", ENDS, (view) =>
    perEdge(view, ({ http }) => http?.latencySeconds.count),
  ),
  metric("flow_hubble_dns_queries_total", "DNS queries that Hubble tells of.", ENDS, (view) =>
    perEdge(view, ({ dns }) => dns?.queries),
  ),
  metric(
    "flow_hubble_dns_responses_total",
    "DNS responses that Hubble tells of, by return code.",
    [...ENDS, "rcode"],
    (view) => perName(view, "rcode", ({ dns }) => dns?.rcodes),
  ),
  metric(
    "flow_hubble_lost_events_total",
    "Events that were lost on their way to Hubble's observer, or in it, by where: it says so itself.",
    ["origin", "lost_at"],
    (view) =>
      view
        .lostEvents()
        .flatMap(({ name, lost }) => [...lost].map(([at, count]): Sample => [count, { origin: name, lost_at: at }])),
  ),
];

function* perName(view: View, label: string, countsOf: (edge: ObservedEdge) => Counts | undefined): Generator<Sample> {
  for (const edge of told(view)) {
    for (const [name, count] of countsOf(edge) ?? []) yield [count, { ...labelsOf(edge), [label]: name }];
  }
}

function* perEdge(view: View, numberOf: (edge: ObservedEdge) => number | undefined): Generator<Sample> {
  for (const edge of told(view)) {
    const value = numberOf(edge);
    if (value !== undefined) yield [value, labelsOf(edge)];
  }
}

function* told(view: View): Generator<ObservedEdge> {
  for (const edge of view.observed()) if (!OF_OTHERS.includes(edge.origin)) yield edge;
}

function labelsOf({ origin, source, destination, destinationPort, protocol }: ObservedEdge): Record<string, string> {
  return {
    origin,
    source: source.name,
    destination: destination.name,
    destination_port: String(destinationPort),
    protocol,
  };
}
