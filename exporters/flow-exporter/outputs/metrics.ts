import { Counter, Gauge, Registry } from "prom-client";
import type { Endpoint } from "../join/endpoint.ts";
import type { Program } from "../join/program.ts";
import type { EdgeTotal } from "../totals/edge-totals.ts";
import { edgeText } from "./edge-text.ts";
import type { View } from "./view.ts";

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
export interface Metrics {
  contentType: string;
  text(): Promise<string>;
}

export function createMetrics(view: View): Metrics {
  const registry = new Registry();
  registerEndpoints(registry, view);
  registerCollect(registry, view);
  registerLosses(registry, view);
  registerSources(registry, view);
  registerPrograms(registry, view);
  registerStack(registry, view);
  registerProcess(registry, view);
  return {
    contentType: registry.contentType,
    text: async () => `${edgeText(view.edges(), view.tracer.up === true)}\n${await registry.metrics()}`,
  };
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
    help: "What the kernel side had no room for: sockets (live), ended flows (closed), state changes no program saw (events), datagrams (udp).",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [kind, lost] of Object.entries(view.lostFlows())) this.inc({ kind }, lost);
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
    help: "Whether a part the flows come from works; absent while it is switched off.",
    labelNames: ["flow_source"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, up } of view.sources) if (up !== undefined) this.set({ flow_source: name }, up ? 1 : 0);
    },
  });
}

function registerPrograms(registry: Registry, view: View): void {
  programCounter(registry, view, {
    name: "ebpf_program_run_time_seconds_total",
    help: "Time a BPF program has run, on all CPUs; needs kernel.bpf_stats_enabled.",
    of: ({ runTimeNs }) => runTimeNs / 1e9,
  });
  programCounter(registry, view, {
    name: "ebpf_program_runs_total",
    help: "How often a BPF program has run; needs kernel.bpf_stats_enabled.",
    of: ({ runs }) => runs,
  });
  new Gauge({
    name: "ebpf_program_info",
    help: "What is known about a BPF program: where it is attached, and the process or container that holds it; always 1.",
    labelNames: ["id", "name", "type", "attach", "loaded_by", "container"],
    registers: [registry],
    collect() {
      this.reset();
      for (const program of view.programs()) {
        const { attachName, holder } = program;
        const container = holder?.kind === "container" ? holder.name : "";
        this.set({ ...programLabels(program), attach: attachName, loaded_by: holder?.name ?? "", container }, 1);
      }
    },
  });
}

interface ProgramCounter {
  name: string;
  help: string;
  of: (program: Program) => number;
}

function programCounter(registry: Registry, view: View, { name, help, of }: ProgramCounter): void {
  new Counter({
    name,
    help,
    labelNames: ["id", "name", "type"],
    registers: [registry],
    collect() {
      this.reset();
      for (const program of view.programs()) this.inc(programLabels(program), of(program));
    },
  });
}

function programLabels({ id, name, type }: Program) {
  return { id, name, type };
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
