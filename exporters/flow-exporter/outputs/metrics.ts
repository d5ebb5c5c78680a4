import { Counter, Gauge, Registry } from "prom-client";
import { DEFINITIONS, type Definition } from "./definitions.ts";
import { createEdgeText } from "./edge-text.ts";
import { TextBuffer } from "./text-buffer.ts";
import type { View } from "./view.ts";

/** For what came since the last scrape. */
const ROOM_BYTES = 65_536;

/** What Prometheus gets. */
export interface Metrics {
  contentType: string;
  /** In UTF-8. */
  text(): Promise<Buffer>;
}

/** Every metric of this exporter; values are taken from `view` when Prometheus asks. */
export function createMetrics(view: View): Metrics {
  const registry = new Registry();
  const edgeText = createEdgeText();
  for (const definition of DEFINITIONS) register(registry, view, definition);
  let lastBytes = 0;
  return {
    contentType: registry.contentType,
    text: async () => {
      const text = new TextBuffer(lastBytes + ROOM_BYTES);
      edgeText(view.edges(), view.tracer.up === true, text);
      text.add(await registry.metrics());
      lastBytes = text.bytes.length;
      return text.bytes;
    },
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
