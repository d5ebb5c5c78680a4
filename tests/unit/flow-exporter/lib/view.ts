import { ProcessHistory } from "../../../../exporters/flow-exporter/metadata/process-history.ts";
import { createEndpoint } from "../../../../exporters/flow-exporter/model/endpoint.ts";
import type { SourceView, View } from "../../../../exporters/flow-exporter/outputs/view.ts";
import { drainDeltas } from "../../../../exporters/flow-exporter/sources/kernel/sockets/deltas.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import { recordOf } from "../../../../exporters/flow-exporter/sources/kernel/sockets/records.ts";
import type { Flow } from "../../../../exporters/flow-exporter/sources/kernel/sockets/shapes.ts";
import { EdgeTotals } from "../../../../exporters/flow-exporter/totals/edge-totals.ts";
import type { End, SocketValues } from "./rows.ts";
import { closed, rows, world } from "./world.ts";

const UP: SourceView = { name: "flow-tracer", up: true, reason: "", failures: 0 };

const STATUS = {
  heartbeatNs: 1,
  liveLost: 0,
  tableFull: 0,
  closedLost: 0,
  missedEvents: 0,
  udpLost: 0,
  parts: { udp: true, processes: true, owners: true, programs: true, cgroups: true },
  udpMode: "cgroup",
  room: { flows: 32_768, closed: 16_384, udp: 8_192 },
  tableBytes: 9_306_112,
  refusedRuns: 3,
  closedWritten: 0,
  closedFreed: 0,
  closedReads: 0,
  snapshots: 0,
  liveSnapshot: 0,
  cgroupsLost: 2,
} as const;

const PROGRAM = {
  id: 17,
  type: "tracing",
  name: "follow_state",
  attachName: "inet_sock_set_state",
  runs: 42,
  runTimeNs: 12_500,
  recursionMisses: 0,
  holderPid: 0,
  holderComm: "",
};

const HTTP = {
  source: createEndpoint("web", "container"),
  destination: createEndpoint("api", "container"),
  destinationPort: 80,
  method: "GET",
  code: 200,
  requests: 7,
  latencySeconds: 0.25,
};

const WORK = {
  endpoint: "web",
  cpuSeconds: 1.25,
  readBytes: 4096,
  writtenBytes: 8192,
  minorFaults: 700,
  majorFaults: 3,
  residentBytes: 5_000_000,
};

const STORE = {
  ended: 7,
  dropped: 3,
  waiting: { entries: 2, bytes: 4_096 },
  errors: new Map([["UNREACHABLE", 5]]),
  nat: {
    fault: "",
    translations: 17,
    isAbsent: false,
    isCutOff: false,
    readSeconds: 0.004,
    halves: { none: 5, followed: 2, unknown: 1 },
  },
};

const EDGE_RATES = {
  perSecond: { sentBytes: 2_000, receivedBytes: 500, opened: 1, failed: 0.5 },
  rttSeconds: 0.0002,
};

/** What the outputs see after two reads of `sockets`, in which `ended` have closed, on the host of world.ts. */
export function viewOf(sockets: SocketValues[], values: Partial<View> = {}, ended: [SocketValues, End][] = []): View {
  const recent: Flow[] = [];
  const table = new FlowTable((flow) => recent.push(flow));
  const history = new ProcessHistory();
  const totals = new EdgeTotals({ maxEdges: 100, maxPorts: 64 });
  for (let read = 0; read < 2; read++) {
    table.update(rows(...sockets), world(), read === 0 ? closed(...ended) : []);
    totals.apply(drainDeltas(table.takeChanged()), 0);
  }
  return {
    flows: () => [...table.flows, ...recent].flatMap((flow) => recordOf(flow, history) ?? []),
    observed: () => [],
    origins: ["hubble:relay:4245", "hubble-metrics"],
    lostEvents: () => [],
    edgeRates: () => EDGE_RATES,
    work: () => [WORK],
    workRates: () => ({ cpuSeconds: 0.25, readBytes: 0, writtenBytes: 512 }),
    containers: () =>
      [...world().containers.values()].map((container) => ({ container, endpoint: container.name, services: [] })),
    coverage: () => 0.97,
    bootMs: () => Date.UTC(2030, 0, 1),
    sinceBootMs: () => 0,
    ownContainers: () => new Set(),
    edges: () => totals,
    programs: () => [{ ...PROGRAM, holder: undefined }],
    http: () => [HTTP],
    httpNotCounted: () => ({ table: 0, handshake: 1 }),
    tracer: UP,
    status: () => STATUS,
    sources: [UP, { ...UP, name: "docker" }, { ...UP, name: "udp", up: undefined }],
    queues: [{ name: "store", dropped: 3 }],
    sourceFaults: () => [{ name: "uds:/run/tracer.sock", faults: new Map([["bad_direction", 2]]) }],
    store: () => STORE,
    collectSeconds: () => 0.0125,
    cycles: { ageSeconds: 0.5, maxSeconds: 30 },
    rows: () => sockets.length,
    socketRoom: () => ({ tcp: 96_000, udp: 62_000 }),
    socketsLeftOut: () => ({ tcp: 5, udp: 2 }),
    lostFlows: () => ({ live: 1, closed: 2, erased: 4, events: 0, udp: 0 }),
    unseenSeconds: () => 6.5,
    clockSteps: () => 2,
    lastClockStep: () => ({ seconds: -3_600.5, ageSeconds: 12 }),
    setAside: () => 1,
    recorder: () => undefined,
    replay: () => undefined,
    droppedEdges: () => totals.droppedEdges,
    departed: () => totals.departed,
    hubble: undefined,
    node: "lab",
    leftOut: { llc_misses: 'no PMU: "perf" has nothing to count' },
    version: "1.2.3",
    ...values,
  };
}
