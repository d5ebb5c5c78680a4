import { Counter, Gauge, Registry } from "prom-client";
import type { Endpoint } from "../join/endpoint.ts";
import type { EdgeTotal } from "../totals/edge-totals.ts";
import type { View } from "./view.ts";

const EDGE_LABELS = ["source", "destination", "destination_port", "protocol"] as const;
const ENDPOINT_LABELS = [
  "endpoint",
  "kind",
  "container_id",
  "image",
  "compose_project",
  "compose_service",
  "pod",
  "namespace",
  "node",
] as const;

/** Every metric of this exporter; values are taken from `view` when Prometheus asks. */
export function createMetrics(view: View): Registry {
  const registry = new Registry();
  registerEdges(registry, view);
  registerEndpoints(registry, view);
  registerCollect(registry, view);
  registerLosses(registry, view);
  registerSources(registry, view);
  registerStack(registry, view);
  registerProcess(registry, view);
  return registry;
}

function registerEdges(registry: Registry, view: View): void {
  edgeCounter(registry, view, "sent", (edge) => edge.sentBytes);
  edgeCounter(registry, view, "received", (edge) => edge.receivedBytes);
  new Gauge({
    name: "flow_connections",
    help: "Connections established now; absent while the tracer is not running.",
    labelNames: EDGE_LABELS,
    registers: [registry],
    collect() {
      this.reset();
      if (view.tracer.up) for (const one of view.edges()) this.set(edgeLabels(one), one.connections);
    },
  });
}

function edgeCounter(registry: Registry, view: View, direction: string, bytesOf: (total: EdgeTotal) => number): void {
  new Counter({
    name: `flow_${direction}_bytes_total`,
    help: `Payload bytes ${direction}, from the source's side.`,
    labelNames: EDGE_LABELS,
    registers: [registry],
    collect() {
      this.reset();
      for (const one of view.edges()) this.inc(edgeLabels(one), bytesOf(one));
    },
  });
}

function registerEndpoints(registry: Registry, view: View): void {
  new Gauge({
    name: "flow_endpoint_info",
    help: "What is known about an endpoint, to be joined by its name; always 1.",
    labelNames: ENDPOINT_LABELS,
    registers: [registry],
    collect() {
      this.reset();
      for (const endpoint of endpointsOf(view.edges())) this.set(endpointLabels(endpoint, view.node), 1);
    },
  });
}

function registerCollect(registry: Registry, view: View): void {
  new Gauge({
    name: "flow_collect_duration_seconds",
    help: "How long the last cycle took: read, decode, join, add up.",
    registers: [registry],
    collect() {
      this.set(view.collectSeconds());
    },
  });
  new Gauge({
    name: "flow_rows",
    help: "Sockets in the last read.",
    registers: [registry],
    collect() {
      this.set(view.rows());
    },
  });
}

function registerLosses(registry: Registry, view: View): void {
  new Counter({
    name: "flow_lost_flows_total",
    help: "Sockets the kernel side had no room for.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(view.lostFlows());
    },
  });
  new Counter({
    name: "flow_edges_dropped_total",
    help: "Edges beyond FLOW_MAX_EDGES, counted under ~other.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(view.droppedEdges());
    },
  });
}

function registerSources(registry: Registry, view: View): void {
  new Gauge({
    name: "flow_source_up",
    help: "Whether a part the flows come from works.",
    labelNames: ["flow_source"],
    registers: [registry],
    collect() {
      for (const source of [view.tracer, view.docker]) this.set({ flow_source: source.name }, source.up ? 1 : 0);
    },
  });
}

function registerStack(registry: Registry, view: View): void {
  const leftOut = new Gauge({
    name: "flow_stack_left_out",
    help: "Parts of the stack that do not run on this machine, and why; always 1.",
    labelNames: ["part", "reason"],
    registers: [registry],
  });
  for (const [part, reason] of Object.entries(view.leftOut)) leftOut.set({ part, reason }, 1);
  const build = new Gauge({
    name: "flow_build_info",
    help: "The exporter's version; always 1.",
    labelNames: ["version"],
    registers: [registry],
  });
  build.set({ version: view.version }, 1);
}

function registerProcess(registry: Registry, view: View): void {
  new Counter({
    name: "process_cpu_seconds_total",
    help: "CPU time of this exporter.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(view.usage().cpuSeconds);
    },
  });
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory of this exporter.",
    registers: [registry],
    collect() {
      this.set(view.usage().residentBytes);
    },
  });
}

function edgeLabels({ edge }: EdgeTotal) {
  const { source, destination, destinationPort, protocol } = edge;
  return { source: source.name, destination: destination.name, destination_port: destinationPort, protocol };
}

/** Every endpoint once: a container that was replaced under the same name only as it is now. */
function endpointsOf(edges: Iterable<EdgeTotal>): Iterable<Endpoint> {
  const latestLast = [...edges].sort((a, b) => a.lastActiveMs - b.lastActiveMs);
  return new Map(latestLast.flatMap(({ edge }) => [byName(edge.source), byName(edge.destination)])).values();
}

function byName(endpoint: Endpoint): [string, Endpoint] {
  return [endpoint.name, endpoint];
}

function endpointLabels(endpoint: Endpoint, node: string) {
  return {
    endpoint: endpoint.name,
    kind: endpoint.kind,
    container_id: endpoint.containerId,
    image: endpoint.image,
    compose_project: endpoint.composeProject,
    compose_service: endpoint.composeService,
    pod: endpoint.pod,
    namespace: endpoint.namespace,
    node: endpoint.kind === "world" || endpoint.kind === "other" ? "" : node,
  };
}
