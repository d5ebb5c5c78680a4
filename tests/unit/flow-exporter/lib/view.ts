import { FlowTable } from "../../../../exporters/flow-exporter/join/flow-table.ts";
import type { SourceView, View } from "../../../../exporters/flow-exporter/outputs/view.ts";
import { EdgeTotals } from "../../../../exporters/flow-exporter/totals/edge-totals.ts";
import type { SocketValues } from "./rows.ts";
import { rows, world } from "./world.ts";

const UP: SourceView = { name: "flow-tracer", up: true, reason: "", failures: 0 };

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

/** What the outputs see after two reads of `sockets` on the host of world.ts. */
export function viewOf(sockets: SocketValues[], values: Partial<View> = {}): View {
  const table = new FlowTable();
  const totals = new EdgeTotals(100);
  for (let read = 0; read < 2; read++) {
    table.update(rows(...sockets), world());
    totals.apply(table.flows, 0);
  }
  return {
    flows: () => table.flows,
    edges: () => totals,
    programs: () => [{ ...PROGRAM, holder: undefined }],
    tracer: UP,
    sources: [UP, { ...UP, name: "docker" }, { ...UP, name: "udp", up: undefined }],
    collectSeconds: () => 0.0125,
    rows: () => sockets.length,
    lostFlows: () => ({ live: 1, closed: 2, events: 0, udp: 0 }),
    droppedEdges: () => totals.droppedEdges,
    node: "lab",
    leftOut: { llc_misses: 'no PMU: "perf" has nothing to count' },
    version: "1.2.3",
    usage: () => ({ cpuSeconds: 1.5, residentBytes: 64_000_000 }),
    ...values,
  };
}
