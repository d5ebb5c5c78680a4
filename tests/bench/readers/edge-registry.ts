import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EdgeValue } from "../../../exporters/flow-exporter/outputs/prometheus/definitions/definition.ts";
import { EDGE_METRICS } from "../../../exporters/flow-exporter/outputs/prometheus/definitions/edges.ts";
import type { EdgeTotal } from "../../../exporters/flow-exporter/totals/edge-total.ts";

/** Something seen of one edge, for its three histograms. */
export interface Observed {
  total: EdgeTotal;
  values: Readonly<Record<string, number>>;
}

/** The metrics per edge as prom-client holds and writes them, to compare with those that are written by hand. */
export class EdgeRegistry {
  readonly #registry = new Registry();
  readonly #histograms = new Map<string, Histogram>();

  constructor(totals: readonly EdgeTotal[]) {
    for (const metric of EDGE_METRICS) {
      if (metric.type !== "histogram") {
        register(this.#registry, metric, totals);
        continue;
      }
      const { name, help, labels, bounds } = metric;
      const common = { name, help, labelNames: labels, buckets: [...bounds], registers: [this.#registry] };
      this.#histograms.set(name, new Histogram(common));
    }
  }

  /** prom-client takes observations only one by one: it has no way to set what a bucket holds. */
  observe({ total, values }: Observed): void {
    for (const [name, value] of Object.entries(values)) this.#histograms.get(name)?.observe(labelsOf(total), value);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

function register(registry: Registry, { name, help, labels, type, value }: EdgeValue, totals: readonly EdgeTotal[]) {
  const common = { name, help, labelNames: labels, registers: [registry] };
  if (type === "counter")
    return new Counter({
      ...common,
      collect() {
        this.reset();
        for (const total of totals) this.inc(labelsOf(total), value(total));
      },
    });
  return new Gauge({
    ...common,
    collect() {
      this.reset();
      for (const total of totals) this.set(labelsOf(total), value(total));
    },
  });
}

function labelsOf({ edge }: EdgeTotal) {
  const { source, destination, destinationPort, protocol } = edge;
  return { source: source.name, destination: destination.name, destination_port: destinationPort, protocol };
}
