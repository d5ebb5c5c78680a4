import { Counter, Gauge, Registry } from "prom-client";
import { DEFINITIONS, type Definition } from "./definitions.ts";
import { edgeText } from "./edge-text.ts";
import type { View } from "./view.ts";

/** What Prometheus gets. */
export interface Metrics {
  contentType: string;
  text(): Promise<string>;
}

/** Every metric of this exporter; values are taken from `view` when Prometheus asks. */
export function createMetrics(view: View): Metrics {
  const registry = new Registry();
  for (const definition of DEFINITIONS) register(registry, view, definition);
  return {
    contentType: registry.contentType,
    text: async () => `${edgeText(view.edges(), view.tracer.up === true)}\n${await registry.metrics()}`,
  };
}

function register(registry: Registry, view: View, { name, help, labels = [], samples }: Definition): void {
  const common = { name, help, labelNames: labels, registers: [registry] };
  if (name.endsWith("_total")) {
    new Counter({
      ...common,
      collect() {
        this.reset();
        for (const [value, values = {}] of samples(view)) this.inc(values, value);
      },
    });
    return;
  }
  new Gauge({
    ...common,
    collect() {
      if (labels.length > 0) this.reset();
      else this.remove();
      for (const [value, values = {}] of samples(view)) this.set(values, value);
    },
  });
}
