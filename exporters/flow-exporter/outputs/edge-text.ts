import type { EdgeTotal } from "../totals/edge-total.ts";
import { BUCKETS, type Histogram, observations } from "../totals/histogram.ts";
import type { TextBuffer } from "./text-buffer.ts";

/** A metric with one or more lines for each edge. */
interface Metric {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  /** Changes whenever the lines do. */
  stamp: (total: EdgeTotal) => number;
  lines: (total: EdgeTotal, labels: string) => string;
}

/** What was written last of an edge, by metric. */
interface Written {
  labels: string;
  stamps: number[];
  lines: string[];
}

/** Adds the metrics per edge to `text`. */
export type EdgeText = (totals: Iterable<EdgeTotal>, withConnections: boolean, text: TextBuffer) => void;

const COUNTERS: readonly Metric[] = [
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

const CONNECTIONS = value(
  "gauge",
  "flow_connections",
  "Connections established now; UDP: 5-tuples that are not idle. Absent while the tracer is not running.",
  (one) => one.connections,
);

const HISTOGRAMS: readonly Metric[] = [
  histogram(
    "flow_rtt_seconds",
    "Smoothed round-trip time, once for each connection and read in which it carried bytes.",
    BUCKETS.rtt,
    (one) => one.rtt,
  ),
  histogram(
    "flow_duration_seconds",
    "How long connections lived that ended; those older than the tracer are left out.",
    BUCKETS.duration,
    (one) => one.duration,
  ),
  histogram("flow_size_bytes", "Payload bytes, both ways, of connections that ended.", BUCKETS.size, (one) => one.size),
];

const METRICS: readonly Metric[] = [...COUNTERS, CONNECTIONS, ...HISTOGRAMS];

/**
 * The metrics per edge in Prometheus's text format. Written by hand, because it is nearly all of what is scraped: a
 * registry takes ten times as long for 2,000 edges. The lines of an edge are kept until they change, or it leaves.
 */
export function createEdgeText(): EdgeText {
  let last = new Map<EdgeTotal, Written>();
  return (totals, withConnections, text) => {
    const all = Array.from(totals, (total) => ({ total, written: last.get(total) ?? nothingOf(total) }));
    last = new Map(all.map(({ total, written }) => [total, written]));
    for (const [index, metric] of METRICS.entries()) {
      if (metric === CONNECTIONS && !withConnections) continue;
      text.add(`# HELP ${metric.name} ${metric.help}\n# TYPE ${metric.name} ${metric.type}\n`);
      for (const one of all) text.add(linesOf(metric, index, one.total, one.written));
      text.add("\n");
    }
  };
}

function nothingOf(total: EdgeTotal): Written {
  return { labels: labelsOf(total), stamps: [], lines: [] };
}

function linesOf({ stamp, lines }: Metric, index: number, total: EdgeTotal, written: Written): string {
  const now = stamp(total);
  const before = written.stamps[index] === now ? written.lines[index] : undefined;
  if (before !== undefined) return before;
  const made = lines(total, written.labels);
  written.stamps[index] = now;
  written.lines[index] = made;
  return made;
}

function counter(name: string, help: string, of: (total: EdgeTotal) => number): Metric {
  return value("counter", `flow_${name}_total`, help, of);
}

function value(type: "counter" | "gauge", name: string, help: string, of: (total: EdgeTotal) => number): Metric {
  return { name, help, type, stamp: of, lines: (total, labels) => `${name}{${labels}} ${of(total)}\n` };
}

/** An edge without an observation has no series. */
function histogram(name: string, help: string, bounds: readonly number[], of: (total: EdgeTotal) => Histogram): Metric {
  const stamp = (total: EdgeTotal) => observations(of(total));
  const lines = (total: EdgeTotal, labels: string) => {
    const { counts, sum } = of(total);
    let below = 0;
    const buckets = counts.map((count, bucket) => {
      below += count;
      return `${name}_bucket{${labels},le="${bounds[bucket] ?? "+Inf"}"} ${below}\n`;
    });
    if (below === 0) return "";
    // Joined, a text is in one piece: added up, it would keep every piece it was made of.
    return [...buckets, `${name}_sum{${labels}} ${sum}\n`, `${name}_count{${labels}} ${below}\n`].join("");
  };
  return { name, help, type: "histogram", stamp, lines };
}

function labelsOf({ edge }: EdgeTotal): string {
  const { source, destination, destinationPort, protocol } = edge;
  const ends = `source="${escaped(source.name)}",destination="${escaped(destination.name)}"`;
  return `${ends},destination_port="${destinationPort}",protocol="${protocol}"`;
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n") : value;
}
