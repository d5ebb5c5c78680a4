import { BUCKETS } from "../../../totals/histogram.ts";
import type { EdgeHistogram, EdgeMetric, EdgeValue } from "./definition.ts";

/** Of an edge, in the order that edge-text.ts writes them in. */
const EDGE_LABELS = ["source", "destination", "destination_port", "protocol"];

const COUNTERS: readonly EdgeValue[] = [
  counter("sent_bytes", "Payload bytes from source to destination.", (one) => one.sentBytes),
  counter("received_bytes", "Payload bytes from destination to source.", (one) => one.receivedBytes),
  counter(
    "connections_opened",
    "Connections established; for UDP, 5-tuples seen for the first time.",
    (one) => one.opened,
  ),
  counter(
    "connections_closed",
    "Established connections that have ended; for UDP, 5-tuples that went idle.",
    (one) => one.closed,
  ),
  counter(
    "connections_failed",
    "Connection attempts that were refused, timed out or were abandoned.",
    (one) => one.failed,
  ),
  counter(
    "retransmits",
    "Segments retransmitted by those ends of a connection that are on this host.",
    (one) => one.retransmits,
  ),
];

export const CONNECTIONS: EdgeValue = {
  name: "flow_connections",
  type: "gauge",
  labels: EDGE_LABELS,
  help: "Connections currently established; for UDP, 5-tuples that are not idle. Absent while the tracer is not running.",
  value: (one) => one.connections,
};

const HISTOGRAMS: readonly EdgeHistogram[] = [
  {
    name: "flow_rtt_seconds",
    type: "histogram",
    labels: EDGE_LABELS,
    help: "Round-trip time as smoothed by the kernel, observed once per connection in each read in which it carried bytes.",
    bounds: BUCKETS.rtt,
    histogram: (one) => one.rtt,
  },
  {
    name: "flow_duration_seconds",
    type: "histogram",
    labels: EDGE_LABELS,
    help: "Lifetime of connections that have ended; those older than the tracer are excluded.",
    bounds: BUCKETS.duration,
    histogram: (one) => one.duration,
  },
  {
    name: "flow_size_bytes",
    type: "histogram",
    labels: EDGE_LABELS,
    help: "Payload bytes, in both directions, of connections that have ended.",
    bounds: BUCKETS.size,
    histogram: (one) => one.size,
  },
];

/** The metrics per edge: edge-text.ts writes them. */
export const EDGE_METRICS: readonly EdgeMetric[] = [...COUNTERS, CONNECTIONS, ...HISTOGRAMS];

function counter(name: string, help: string, value: EdgeValue["value"]): EdgeValue {
  return { name: `flow_${name}_total`, type: "counter", labels: EDGE_LABELS, help, value };
}
