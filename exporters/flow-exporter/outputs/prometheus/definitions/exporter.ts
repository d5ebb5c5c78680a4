import type { EdgeCounters } from "../../../totals/edge-total.ts";
import type { BySocket, ClockStep, View } from "../../view.ts";
import { type Metric, metric, type Sample } from "./definition.ts";

/** What is summed up over the edges that have left, by the end of its metric's name. */
const DEPARTED: Readonly<Record<string, keyof EdgeCounters>> = {
  sent_bytes: "sentBytes",
  received_bytes: "receivedBytes",
  connections_opened: "opened",
  connections_closed: "closed",
  connections_failed: "failed",
  retransmits: "retransmits",
};

/** The exporter about its own work, and about what it could not count. */
export const EXPORTER_METRICS: readonly Metric[] = [
  metric("flow_collect_duration_seconds", "How long the last cycle took: read, decode, join, add up.", [], (view) => [
    [view.collectSeconds()],
  ]),
  metric(
    "flow_collect_age_seconds",
    "How long ago the last cycle ended; since the start, where none has.",
    [],
    (view) => [[view.cycles.ageSeconds]],
  ),
  metric("flow_rows", "TCP sockets in the last read.", [], (view) => [[view.rows()]]),
  metric(
    "flow_sockets_room",
    "Sockets that the exporter has room for in its memory, those that are there among them.",
    ["protocol"],
    (view) => perProtocol(view.socketRoom()),
  ),
  metric(
    "flow_sockets_left_out",
    "Sockets in the last read that the exporter had no room for. TCP's are counted once they end or there is room, " +
      "UDP's once there is room.",
    ["protocol"],
    (view) => perProtocol(view.socketsLeftOut()),
  ),
  metric(
    "flow_coverage_ratio",
    "Payload of flows with the world within the last minute, divided by what the outward network interfaces counted " +
      "less 66 bytes a packet, at most 1; absent while too little goes through.",
    [],
    (view) => {
      const ratio = view.coverage();
      return ratio === undefined ? [] : [[ratio]];
    },
  ),
  metric(
    "flow_lost_flows_total",
    "What was lost, by kind: open sockets (live), ended flows (closed) and datagrams (udp) that the tracer had no room " +
      "for, state changes that it missed (events), ended flows that another reader of its pins took away (erased).",
    ["kind"],
    (view) => Object.entries(view.lostFlows()).map(([kind, lost]): Sample => [lost, { kind }]),
  ),
  metric(
    "flow_unseen_seconds_total",
    "Time in which no tracer ran: flows that began and ended within it are not counted. Up to a second too long, or ten " +
      "where the exporter had ended too.",
    [],
    (view) => [[view.unseenSeconds()]],
  ),
  metric(
    "flow_clock_steps_total",
    "How often this machine's clock was set, by a second or more, since the exporter started.",
    [],
    (view) => [[view.clockSteps()]],
  ),
  metric(
    "flow_clock_last_step_seconds",
    "By how much the clock was set the last time, negative where it was set back; absent while it was not set.",
    [],
    (view) => ofLastStep(view, ({ seconds }) => seconds),
  ),
  metric(
    "flow_clock_last_step_age_seconds",
    "How long ago the clock was set the last time; absent while it was not set.",
    [],
    (view) => ofLastStep(view, ({ ageSeconds }) => ageSeconds),
  ),
  metric(
    "flow_state_set_aside_total",
    "Files of saved totals that could not be used and were put aside since the exporter started.",
    [],
    (view) => [[view.setAside()]],
  ),
  metric(
    "flow_edges_dropped_total",
    "Edges that FLOW_MAX_EDGES left no room for: they were counted under ~other, or made way for another edge.",
    [],
    (view) => [[view.droppedEdges()]],
  ),
  ...Object.entries(DEPARTED).map(([name, counter]) =>
    metric(
      `flow_departed_${name}`,
      `What edges that have left had counted in flow_${name}_total; less again once one of them comes back.`,
      ["protocol"],
      (view) => Object.entries(view.departed()).map(([protocol, sums]): Sample => [sums[counter], { protocol }]),
    ),
  ),
  metric(
    "flow_source_up",
    "1 if the source works, 0 if not; absent while it is switched off.",
    ["flow_source"],
    (view) =>
      view.sources
        .filter(({ up }) => up !== undefined)
        .map(({ name, up }): Sample => [up ? 1 : 0, { flow_source: name }]),
  ),
  metric(
    "flow_sink_dropped_total",
    "Deltas (what one reading adds to one edge) that a sink did not get, as its queue was full or it failed; absent " +
      "where there is no sink but the totals, which lose none.",
    ["flow_sink"],
    (view) => view.queues.map(({ name, dropped }): Sample => [dropped, { flow_sink: name }]),
  ),
  metric(
    "flow_stack_left_out",
    "Always 1; its labels are a part of the stack that does not run on this machine, and why.",
    ["part", "reason"],
    (view) => Object.entries(view.leftOut).map(([part, reason]): Sample => [1, { part, reason }]),
  ),
  metric("flow_build_info", "Always 1; its label is the exporter's version.", ["version"], ({ version }) => [
    [1, { version }],
  ]),
];

function perProtocol(sockets: BySocket): Sample[] {
  return Object.entries(sockets).map(([protocol, count]) => [count, { protocol }]);
}

function ofLastStep(view: View, amountOf: (step: ClockStep) => number): Sample[] {
  const step = view.lastClockStep();
  return step ? [[amountOf(step)]] : [];
}
