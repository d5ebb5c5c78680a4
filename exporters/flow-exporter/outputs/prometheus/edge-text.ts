import type { EdgeTotal } from "../../totals/edge-total.ts";
import { type Histogram, observations } from "../../totals/histogram.ts";
import type { EdgeHistogram, EdgeMetric } from "./definitions/definition.ts";
import { CONNECTIONS, EDGE_METRICS } from "./definitions/edges.ts";
import type { TextBuffer } from "./text-buffer.ts";

/** What was written last of an edge, by metric. */
interface Written {
  labels: string;
  stamps: number[];
  lines: string[];
}

/** Adds the metrics per edge to `text`. */
export type EdgeText = (totals: Iterable<EdgeTotal>, withConnections: boolean, text: TextBuffer) => void;

/**
 * The metrics per edge in Prometheus's text format, written by hand
 * (docs/decisions/0017-edge-series-by-hand.md). The lines of an edge are kept until they change, or it leaves.
 */
export function createEdgeText(): EdgeText {
  let last = new Map<EdgeTotal, Written>();
  return (totals, withConnections, text) => {
    const all = Array.from(totals, (total) => ({ total, written: last.get(total) ?? nothingOf(total) }));
    last = new Map(all.map(({ total, written }) => [total, written]));
    for (const [index, metric] of EDGE_METRICS.entries()) {
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

function linesOf(metric: EdgeMetric, index: number, total: EdgeTotal, written: Written): string {
  const now = stampOf(metric, total);
  const before = written.stamps[index] === now ? written.lines[index] : undefined;
  if (before !== undefined) return before;
  const made = writtenAnew(metric, total, written.labels);
  written.stamps[index] = now;
  written.lines[index] = made;
  return made;
}

/** Changes whenever the lines do. */
function stampOf(metric: EdgeMetric, total: EdgeTotal): number {
  return metric.type === "histogram" ? observations(metric.histogram(total)) : metric.value(total);
}

function writtenAnew(metric: EdgeMetric, total: EdgeTotal, labels: string): string {
  if (metric.type === "histogram") return histogramLines(metric, metric.histogram(total), labels);
  return `${metric.name}{${labels}} ${metric.value(total)}\n`;
}

/**
 * An edge without an observation has no series, and a bucket below all observations none either, but for the highest of
 * these, from which quantiles are interpolated: what is left out is 0, so that sums by `le` stay what they are.
 */
function histogramLines({ name, bounds }: EdgeHistogram, { counts, sum }: Histogram, labels: string): string {
  const lowest = counts.findIndex((count) => count > 0);
  if (lowest === -1) return "";
  const first = Math.max(0, lowest - 1);
  let below = 0;
  const buckets = counts.slice(first).map((count, index) => {
    below += count;
    return `${name}_bucket{${labels},le="${bounds[first + index] ?? "+Inf"}"} ${below}\n`;
  });
  // Joined, a text is in one piece: added up, it would keep every piece it was made of.
  return [...buckets, `${name}_sum{${labels}} ${sum}\n`, `${name}_count{${labels}} ${below}\n`].join("");
}

function labelsOf({ edge }: EdgeTotal): string {
  const { source, destination, destinationPort, protocol } = edge;
  const ends = `source="${escaped(source.name)}",destination="${escaped(destination.name)}"`;
  return `${ends},destination_port="${destinationPort}",protocol="${protocol}"`;
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n") : value;
}
