import type { Status } from "../decode/status-row.ts";
import type { Program } from "../join/program.ts";
import type { Endpoint } from "../model/endpoint.ts";
import type { EdgeCounters, EdgeTotal } from "../totals/edge-total.ts";
import type { EndpointTotal } from "../totals/endpoint-work.ts";
import { isOwn } from "./monitoring.ts";
import type { BySocket, ClockStep, View } from "./view.ts";

type Sample = readonly [value: number, labels?: Record<string, string | number>];

/** A metric: a counter when its name ends with `_total`, else a gauge. Those per edge are in edge-text.ts. */
export interface Definition {
  name: string;
  help: string;
  labels?: readonly string[];
  /** Its series as of now; one that is missing is absent. */
  samples: (view: View) => Iterable<Sample>;
}

const PROGRAM_LABELS = ["id", "name", "type"];

/** What is summed up over the edges that have left, by the end of its metric's name. */
const DEPARTED: Readonly<Record<string, keyof EdgeCounters>> = {
  sent_bytes: "sentBytes",
  received_bytes: "receivedBytes",
  connections_opened: "opened",
  connections_closed: "closed",
  connections_failed: "failed",
  retransmits: "retransmits",
};

export const DEFINITIONS: readonly Definition[] = [
  {
    name: "flow_endpoint_info",
    help: "What is known about an endpoint, to be joined by its name; always 1.",
    labels: [
      "endpoint",
      "kind",
      "container_id",
      "image",
      "compose_project",
      "compose_service",
      "pod",
      "namespace",
      "node",
      "monitoring",
    ],
    samples: (view) => [...endpointsOf(view.edges())].map((endpoint) => [1, endpointLabels(endpoint, view)]),
  },
  {
    name: "flow_endpoint_cpu_seconds_total",
    help: "CPU time of an endpoint's processes.",
    labels: ["endpoint"],
    samples: (view) => perEndpoint(view, (total) => total.cpuSeconds),
  },
  {
    name: "flow_endpoint_read_bytes_total",
    help: "Bytes that an endpoint's processes have read from block devices.",
    labels: ["endpoint"],
    samples: (view) => perEndpoint(view, (total) => total.readBytes),
  },
  {
    name: "flow_endpoint_written_bytes_total",
    help: "Bytes that an endpoint's processes have caused to be written to block devices.",
    labels: ["endpoint"],
    samples: (view) => perEndpoint(view, (total) => total.writtenBytes),
  },
  {
    name: "flow_endpoint_page_faults_total",
    help: "Page faults of an endpoint's processes: minor ones, and major ones that read from a disk.",
    labels: ["endpoint", "kind"],
    samples: (view) =>
      [...view.work()].flatMap(({ endpoint, minorFaults, majorFaults }) => [
        [minorFaults, { endpoint, kind: "minor" }],
        [majorFaults, { endpoint, kind: "major" }],
      ]),
  },
  {
    name: "flow_endpoint_resident_bytes",
    help: "Memory of an endpoint's processes; pages they share count for each.",
    labels: ["endpoint"],
    samples: (view) => perEndpoint(view, (total) => total.residentBytes),
  },
  {
    name: "flow_collect_duration_seconds",
    help: "How long the last cycle took: read, decode, join, add up.",
    samples: (view) => [[view.collectSeconds()]],
  },
  { name: "flow_rows", help: "TCP sockets in the last read.", samples: (view) => [[view.rows()]] },
  {
    name: "flow_sockets_room",
    help: "Sockets that this exporter has room for in its memory, those that are there among them.",
    labels: ["protocol"],
    samples: (view) => perProtocol(view.socketRoom()),
  },
  {
    name: "flow_sockets_left_out",
    help:
      "Sockets in the last read that it had no room for: those of TCP (tcp) are counted once they end or there is room, " +
      "those of UDP (udp) only once there is room.",
    labels: ["protocol"],
    samples: (view) => perProtocol(view.socketsLeftOut()),
  },
  {
    name: "flow_coverage_ratio",
    help:
      "Payload of flows with the world, over the last minute, to what the interfaces that lead out of the host counted " +
      "less 66 bytes a packet; absent while too little goes through.",
    samples: (view) => {
      const ratio = view.coverage();
      return ratio === undefined ? [] : [[ratio]];
    },
  },
  {
    name: "flow_lost_flows_total",
    help:
      "What the kernel side had no room for or did not see: open sockets (live), ended flows (closed), state changes " +
      "(events), datagrams (udp); and ended flows that another reader of the tracer's pins took away (erased).",
    labels: ["kind"],
    samples: (view) => Object.entries(view.lostFlows()).map(([kind, lost]) => [lost, { kind }]),
  },
  {
    name: "flow_tracer_table_room",
    help: "Entries that the kernel side's tables have room for: open TCP flows (flows), ended ones (closed), udp.",
    labels: ["table"],
    samples: (view) => ofTracer(view, ({ room }) => Object.entries(room).map(([table, most]) => [most, { table }])),
  },
  {
    name: "flow_tracer_table_bytes",
    help: "Kernel memory that those tables take, whether they are full or empty.",
    samples: (view) => ofTracer(view, ({ tableBytes }) => [[tableBytes]]),
  },
  {
    name: "flow_udp_mode_info",
    help: "Where UDP is counted: in the kernel's UDP functions, at the root cgroup, which all packets pass, or not (off); always 1.",
    labels: ["mode"],
    samples: (view) => ofTracer(view, ({ udpMode }) => [[1, { mode: udpMode }]]),
  },
  {
    name: "flow_tracer_refused_runs_total",
    help:
      "Times that the kernel did not enter a program that follows sockets or counts datagrams, as it was running on " +
      "that CPU already; what such an event changed is found later, or counted in flow_lost_flows_total.",
    samples: (view) => ofTracer(view, ({ refusedRuns }) => [[refusedRuns]]),
  },
  {
    name: "flow_unseen_seconds_total",
    help:
      "Time from the last sign of one tracer to the start of the next, up to a second too long, or ten where the exporter " +
      "had ended too: flows that began and ended within it are not counted.",
    samples: (view) => [[view.unseenSeconds()]],
  },
  {
    name: "flow_clock_steps_total",
    help: "Times that this machine's clock was set, by a second and more, since this exporter started.",
    samples: (view) => [[view.clockSteps()]],
  },
  {
    name: "flow_clock_last_step_seconds",
    help: "By how much the clock was set the last time, back where negative; absent while it was not.",
    samples: (view) => ofLastStep(view, ({ seconds }) => seconds),
  },
  {
    name: "flow_clock_last_step_age_seconds",
    help: "How long ago that was; absent while it was not.",
    samples: (view) => ofLastStep(view, ({ ageSeconds }) => ageSeconds),
  },
  {
    name: "flow_state_set_aside_total",
    help: "Files of totals that made no sense and were put aside since this exporter started: it counts from zero then.",
    samples: (view) => [[view.setAside()]],
  },
  {
    name: "flow_edges_dropped_total",
    help: "Edges that FLOW_MAX_EDGES left no room for: counted under ~other, or gone to make way for another one.",
    samples: (view) => [[view.droppedEdges()]],
  },
  ...Object.entries(DEPARTED).map(([name, counter]) => ({
    name: `flow_departed_${name}`,
    help: `What edges that have left had counted in flow_${name}_total; less again once one of them comes back.`,
    labels: ["protocol"],
    samples: (view: View) =>
      Object.entries(view.departed()).map(([protocol, sums]): Sample => [sums[counter], { protocol }]),
  })),
  {
    name: "flow_source_up",
    help: "Whether a part the flows come from works; absent while it is switched off.",
    labels: ["flow_source"],
    samples: (view) =>
      view.sources.filter(({ up }) => up !== undefined).map(({ name, up }) => [up ? 1 : 0, { flow_source: name }]),
  },
  {
    name: "ebpf_program_run_time_seconds_total",
    help: "Time a BPF program has run, on all CPUs; needs kernel.bpf_stats_enabled.",
    labels: PROGRAM_LABELS,
    samples: (view) => [...view.programs()].map((program) => [program.runTimeNs / 1e9, programLabels(program)]),
  },
  {
    name: "ebpf_program_runs_total",
    help: "How often a BPF program has run; needs kernel.bpf_stats_enabled.",
    labels: PROGRAM_LABELS,
    samples: (view) => [...view.programs()].map((program) => [program.runs, programLabels(program)]),
  },
  {
    name: "ebpf_program_info",
    help: "What is known about a BPF program: where it is attached, the process or container that holds it; always 1.",
    labels: [...PROGRAM_LABELS, "attach", "loaded_by", "container"],
    samples: (view) => [...view.programs()].map((program) => [1, programInfo(program)]),
  },
  {
    name: "flow_stack_left_out",
    help: "Parts of the stack that do not run on this machine, and why; always 1.",
    labels: ["part", "reason"],
    samples: (view) => Object.entries(view.leftOut).map(([part, reason]) => [1, { part, reason }]),
  },
  {
    name: "flow_build_info",
    help: "The exporter's version; always 1.",
    labels: ["version"],
    samples: ({ version }) => [[1, { version }]],
  },
  {
    name: "process_cpu_seconds_total",
    help: "CPU time of this exporter.",
    samples: (view) => [[view.usage().cpuSeconds]],
  },
  {
    name: "process_resident_memory_bytes",
    help: "Resident memory of this exporter.",
    samples: (view) => [[view.usage().residentBytes]],
  },
];

function ofTracer(view: View, samplesOf: (status: Status) => Sample[]): Sample[] {
  const status = view.status();
  return status ? samplesOf(status) : [];
}

function perProtocol(sockets: BySocket): Sample[] {
  return Object.entries(sockets).map(([protocol, count]) => [count, { protocol }]);
}

function ofLastStep(view: View, amountOf: (step: ClockStep) => number): Sample[] {
  const step = view.lastClockStep();
  return step ? [[amountOf(step)]] : [];
}

function perEndpoint(view: View, amountOf: (total: EndpointTotal) => number): Sample[] {
  return [...view.work()].map((total) => [amountOf(total), { endpoint: total.endpoint }]);
}

/** Every endpoint once: a container that was replaced under the same name only as it is now. */
function endpointsOf(edges: Iterable<EdgeTotal>): Iterable<Endpoint> {
  const latestLast = [...edges].sort((a, b) => a.lastActiveMs - b.lastActiveMs);
  return new Map(latestLast.flatMap(({ edge }) => [byName(edge.source), byName(edge.destination)])).values();
}

function byName(endpoint: Endpoint): [string, Endpoint] {
  return [endpoint.name, endpoint];
}

function endpointLabels(endpoint: Endpoint, { node, ownContainers }: View) {
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
    monitoring: isOwn(endpoint, ownContainers()) ? "true" : "",
  };
}

function programLabels({ id, name, type }: Program) {
  return { id, name, type };
}

function programInfo(program: Program) {
  const { attachName, holder } = program;
  const container = holder?.kind === "container" ? holder.name : "";
  return { ...programLabels(program), attach: attachName, loaded_by: holder?.name ?? "", container };
}
