import type { EdgeTotal } from "../totals/edge-totals.ts";
import { BUCKETS, type Histogram } from "../totals/histogram.ts";

interface Metric {
  name: string;
  help: string;
}

interface Value extends Metric {
  type: "counter" | "gauge";
  of: (total: EdgeTotal) => number;
}

interface Buckets extends Metric {
  bounds: readonly number[];
  of: (total: EdgeTotal) => Histogram;
}

const COUNTERS: readonly Value[] = [
  counter("sent_bytes", "Payload bytes sent, from the source's side.", (one) => one.sentBytes),
  counter("received_bytes", "Payload bytes received, from the source's side.", (one) => one.receivedBytes),
  counter("connections_opened", "Connections that were established; UDP: 5-tuples first seen.", (one) => one.opened),
  counter(
    "connections_closed",
    "Connections that were established and have ended; UDP: 5-tuples that went idle.",
    (one) => one.closed,
  ),
  counter("connections_failed", "Connects that were refused, timed out or were given up.", (one) => one.failed),
  counter(
    "retransmits",
    "Segments that either end, as far as it is on this host, sent again.",
    (one) => one.retransmits,
  ),
];

const CONNECTIONS: Value = {
  type: "gauge",
  name: "flow_connections",
  help: "Connections established now; UDP: 5-tuples that are not idle. Absent while the tracer is not running.",
  of: (one) => one.connections,
};

const HISTOGRAMS: readonly Buckets[] = [
  {
    name: "flow_rtt_seconds",
    help: "Smoothed round-trip time, once for each connection and read in which it carried bytes.",
    bounds: BUCKETS.rtt,
    of: (one) => one.rtt,
  },
  {
    name: "flow_duration_seconds",
    help: "How long connections lived that ended; those older than the tracer are left out.",
    bounds: BUCKETS.duration,
    of: (one) => one.duration,
  },
  {
    name: "flow_size_bytes",
    help: "Payload bytes, both ways, of connections that ended.",
    bounds: BUCKETS.size,
    of: (one) => one.size,
  },
];

/**
 * The metrics per edge in Prometheus's text format. Written by hand, because it is nearly all of what is scraped: a
 * registry takes ten times as long for 2,000 edges.
 */
export function edgeText(totals: Iterable<EdgeTotal>, withConnections: boolean): string {
  const all = [...totals];
  const labels = all.map(labelsOf);
  const values = withConnections ? [...COUNTERS, CONNECTIONS] : COUNTERS;
  const parts = [
    ...values.map((metric) => valueText(metric, all, labels)),
    ...HISTOGRAMS.map((metric) => histogramText(metric, all, labels)),
  ];
  return parts.join("\n");
}

function counter(name: string, help: string, of: Value["of"]): Value {
  return { type: "counter", name: `flow_${name}_total`, help, of };
}

function labelsOf({ edge }: EdgeTotal): string {
  const { source, destination, destinationPort, protocol } = edge;
  const ends = `source="${escaped(source.name)}",destination="${escaped(destination.name)}"`;
  return `${ends},destination_port="${destinationPort}",protocol="${protocol}"`;
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n") : value;
}

function valueText({ name, help, type, of }: Value, totals: readonly EdgeTotal[], labels: readonly string[]): string {
  let text = head(name, help, type);
  for (const [index, total] of totals.entries()) text += `${name}{${labels[index]}} ${of(total)}\n`;
  return text;
}

/** An edge without an observation has no series. */
function histogramText({ name, help, bounds, of }: Buckets, totals: readonly EdgeTotal[], labels: readonly string[]) {
  let text = head(name, help, "histogram");
  for (const [index, total] of totals.entries()) {
    const { counts, sum } = of(total);
    let below = 0;
    let buckets = "";
    for (const [bucket, count] of counts.entries()) {
      below += count;
      buckets += `${name}_bucket{${labels[index]},le="${bounds[bucket] ?? "+Inf"}"} ${below}\n`;
    }
    if (below > 0) text += `${buckets}${name}_sum{${labels[index]}} ${sum}\n${name}_count{${labels[index]}} ${below}\n`;
  }
  return text;
}

function head(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}
