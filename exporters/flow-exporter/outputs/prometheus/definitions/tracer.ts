import type { Status } from "../../../model/tracer-status.ts";
import type { View } from "../../view.ts";
import { type Metric, metric, type Sample } from "./definition.ts";

/** The kernel part about itself: absent while it is gone. */
export const TRACER_METRICS: readonly Metric[] = [
  metric(
    "flow_tracer_table_room",
    "Capacity of the tracer's tables, in entries: open TCP flows (flows), ended TCP flows (closed), UDP (udp).",
    ["table"],
    (view) => ofTracer(view, ({ room }) => Object.entries(room).map(([table, most]) => [most, { table }])),
  ),
  metric("flow_tracer_table_bytes", "Kernel memory used by the tracer's tables, full or empty.", [], (view) =>
    ofTracer(view, ({ tableBytes }) => [[tableBytes]]),
  ),
  metric(
    "flow_udp_mode_info",
    "Always 1; its label is where UDP is counted: in the kernel's UDP functions (functions), at the root cgroup, which " +
      "every packet passes (cgroup), or not at all (off).",
    ["mode"],
    (view) => ofTracer(view, ({ udpMode }) => [[1, { mode: udpMode }]]),
  ),
  metric(
    "flow_tracer_refused_runs_total",
    "Events for which the kernel did not run one of the tracer's programs because it was already running on that CPU. What " +
      "they changed is found later, or counted in flow_lost_flows_total.",
    [],
    (view) => ofTracer(view, ({ refusedRuns }) => [[refusedRuns]]),
  ),
  metric(
    "flow_tracer_lost_cgroups_total",
    "Control groups evicted from the tracer's table before the exporter saw them. Their containers are identified by their " +
      "processes, or by their network namespaces.",
    [],
    (view) => ofTracer(view, ({ cgroupsLost }) => [[cgroupsLost]]),
  ),
];

function ofTracer(view: View, samplesOf: (status: Status) => Sample[]): Sample[] {
  const status = view.status();
  return status ? samplesOf(status) : [];
}
