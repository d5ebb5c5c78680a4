import type { EdgeTotal } from "../../../totals/edge-total.ts";
import type { Histogram } from "../../../totals/histogram.ts";
import type { View } from "../../view.ts";

/** What a metric is called and said to be; docs/metrics.md has the same, and a test compares them. */
export interface Described {
  name: string;
  type: "counter" | "gauge" | "histogram";
  labels: readonly string[];
  help: string;
}

export type Sample = readonly [value: number, labels?: Record<string, string | number>];

/** A metric that prom-client writes. */
export interface Metric extends Described {
  type: "counter" | "gauge";
  /** Its series as of now; one that is missing is absent. */
  samples: (view: View) => Iterable<Sample>;
}

/** A metric with one series for each edge. */
export interface EdgeValue extends Described {
  type: "counter" | "gauge";
  value: (total: EdgeTotal) => number;
}

/** A metric with a histogram for each edge that has an observation. */
export interface EdgeHistogram extends Described {
  type: "histogram";
  /** Upper bounds of its buckets. */
  bounds: readonly number[];
  histogram: (total: EdgeTotal) => Histogram;
}

export type EdgeMetric = EdgeValue | EdgeHistogram;

/** How prom-client and Prometheus distinguish a counter from a gauge: by its name. */
export function metric(
  name: string,
  help: string,
  labels: readonly string[],
  samples: (view: View) => Iterable<Sample>,
): Metric {
  return { name, help, labels, samples, type: name.endsWith("_total") ? "counter" : "gauge" };
}
