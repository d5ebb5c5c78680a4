import { Counter, Gauge, Registry } from "prom-client";
import type { View } from "../view.ts";
import type { Metric } from "./definitions/definition.ts";
import { METRICS } from "./definitions/index.ts";
import { SERVED_HUBBLE_METRICS } from "./definitions/served-hubble.ts";
import { createEdgeText } from "./edge-text.ts";
import { TextBuffer } from "./text-buffer.ts";

/** For what came since the last scrape. */
const ROOM_BYTES = 65_536;

/** What Prometheus gets. */
export interface Metrics {
  contentType: string;
  /** In UTF-8. */
  text(): Promise<Buffer>;
}

/**
 * Every metric of this exporter; values are taken from `view` when Prometheus asks.
 * @param ofProcess what is said about the process itself
 */
export function createMetrics(view: View, ofProcess = new Registry()): Metrics {
  const registry = new Registry();
  const edgeText = createEdgeText();
  for (const metric of view.hubble ? [...METRICS, ...SERVED_HUBBLE_METRICS] : METRICS) register(registry, view, metric);
  let lastBytes = 0;
  return {
    contentType: registry.contentType,
    text: async () => {
      const text = new TextBuffer(lastBytes + ROOM_BYTES);
      edgeText(view.edges(), view.tracer.up === true, text);
      text.add(await registry.metrics());
      text.add(await ofProcess.metrics());
      lastBytes = text.bytes.length;
      return text.bytes;
    },
  };
}

function register(registry: Registry, view: View, { name, type, help, labels, samples }: Metric): void {
  const common = { name, help, labelNames: labels, registers: [registry] };
  if (type === "counter") {
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
