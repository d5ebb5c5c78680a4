import type { NatStatus } from "../../../model/nat.ts";
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
  metric(
    "flow_collect_duration_seconds",
    "Duration of the last collection cycle: read, decode, join, add up.",
    [],
    (view) => [[view.collectSeconds()]],
  ),
  metric(
    "flow_collect_age_seconds",
    "Time since the last collection cycle ended, or since the start if none has.",
    [],
    (view) => [[view.cycles.ageSeconds]],
  ),
  metric("flow_rows", "TCP sockets in the last read.", [], (view) => [[view.rows()]]),
  metric(
    "flow_sockets_room",
    "Sockets that the exporter has memory for, including those it already holds.",
    ["protocol"],
    (view) => perProtocol(view.socketRoom()),
  ),
  metric(
    "flow_sockets_left_out",
    "Sockets in the last read that the exporter had no memory for. TCP sockets are counted once they close or there is " +
      "room, UDP sockets once there is room.",
    ["protocol"],
    (view) => perProtocol(view.socketsLeftOut()),
  ),
  metric(
    "flow_coverage_ratio",
    "Payload of flows to and from the world over the last minute, divided by the bytes on the outward network interfaces " +
      "minus 66 per packet, capped at 1; absent while there is too little traffic.",
    [],
    (view) => {
      const ratio = view.coverage();
      return ratio === undefined ? [] : [[ratio]];
    },
  ),
  metric(
    "flow_lost_flows_total",
    "Losses by kind: open sockets (live), ended flows (closed) and datagrams (udp) that the tracer had no room for, state " +
      "changes that it missed (events), ended flows that another reader removed from its pins (erased).",
    ["kind"],
    (view) => Object.entries(view.lostFlows()).map(([kind, lost]): Sample => [lost, { kind }]),
  ),
  metric(
    "flow_unseen_seconds_total",
    "Time during which no tracer was running: flows that began and ended within it are not counted. Up to one second too " +
      "long, or ten if the exporter was down as well.",
    [],
    (view) => [[view.unseenSeconds()]],
  ),
  metric(
    "flow_clock_steps_total",
    "Number of times this machine's clock was set, by a second or more, since the exporter started.",
    [],
    (view) => [[view.clockSteps()]],
  ),
  metric(
    "flow_clock_last_step_seconds",
    "Size of the last clock step, negative if the clock was set back; absent if there has been none.",
    [],
    (view) => ofLastStep(view, ({ seconds }) => seconds),
  ),
  metric(
    "flow_clock_last_step_age_seconds",
    "Time since the last clock step; absent if there has been none.",
    [],
    (view) => ofLastStep(view, ({ ageSeconds }) => ageSeconds),
  ),
  metric(
    "flow_state_set_aside_total",
    "Files of saved totals that were unusable and have been set aside since the exporter started.",
    [],
    (view) => [[view.setAside()]],
  ),
  metric(
    "flow_edges_dropped_total",
    "Edges beyond FLOW_MAX_EDGES: counted under ~other, or removed to make room for another edge.",
    [],
    (view) => [[view.droppedEdges()]],
  ),
  ...Object.entries(DEPARTED).map(([name, counter]) =>
    metric(
      `flow_departed_${name}`,
      `Sum of flow_${name}_total over removed edges; decreases when one of them returns.`,
      ["protocol"],
      (view) => Object.entries(view.departed()).map(([protocol, sums]): Sample => [sums[counter], { protocol }]),
    ),
  ),
  metric("flow_source_up", "1 if the source works, 0 if not; absent while it is disabled.", ["flow_source"], (view) =>
    view.sources
      .filter(({ up }) => up !== undefined)
      .map(({ name, up }): Sample => [up ? 1 : 0, { flow_source: name }]),
  ),
  metric(
    "flow_source_faults_total",
    "Faults in the answers of a tracer that is read over a socket or of Hubble (FLOW_SOURCES), of the kubelet (KUBELET_URL) " +
      "or of the API server (KUBERNETES_API), by reason: connections that make no sense (bad_ and the field), events of Hubble's " +
      "that make none (no_json, no_event, bad_frame, bad_field), pods, services and slices that make none (bad_pod, bad_object), " +
      "answers that are missing, break off or cannot be read; absent until there is one.",
    ["flow_source", "reason"],
    (view) =>
      view
        .sourceFaults()
        .flatMap(({ name, faults }) =>
          [...faults].map(([reason, count]): Sample => [count, { flow_source: name, reason }]),
        ),
  ),
  metric(
    "flow_sink_dropped_total",
    "Rows of the store, or deltas (what one read adds to one edge), that did not reach a sink because its queue was full or " +
      "it failed; absent if there is no sink besides the totals, which lose none.",
    ["flow_sink"],
    (view) => view.queues.map(({ name, dropped }): Sample => [dropped, { flow_sink: name }]),
  ),
  metric(
    "flow_store_failed_writes_total",
    "Writes that the database of FLOW_STORE did not take, by reason; they wait on disk. Absent until there is one.",
    ["reason"],
    (view) => [...(view.store()?.errors ?? [])].map(([reason, count]): Sample => [count, { reason }]),
  ),
  metric(
    "flow_store_waiting_bytes",
    "Bytes that wait on disk for the database of FLOW_STORE, of which there is room for 256 MiB; absent without one.",
    [],
    (view) => {
      const store = view.store();
      return store ? [[store.waiting.bytes]] : [];
    },
  ),
  metric(
    "flow_nat_translations",
    "Connections with translated addresses in the last read of the kernel's table (/proc/net/nf_conntrack); absent without a " +
      "store, and until one of its flows has an end on another machine.",
    [],
    (view) => natSamples(view, ({ translations }) => [[translations]]),
  ),
  metric(
    "flow_nat_read_seconds",
    "Duration of the last read of that table, in the store's thread; absent as flow_nat_translations is.",
    [],
    (view) => natSamples(view, ({ readSeconds }) => [[readSeconds]]),
  ),
  metric(
    "flow_nat_halves_total",
    "Flows with an end on another machine that were looked up in that table, by what is known of their addresses' translation: " +
      "none, followed, or unknown, which stay apart from what another node knows of the same flow.",
    ["nat"],
    (view) => natSamples(view, ({ halves }) => Object.entries(halves).map(([nat, count]): Sample => [count, { nat }])),
  ),
  metric(
    "flow_stack_left_out",
    "Always 1; its labels are a part of the stack that is unavailable on this machine, and the reason.",
    ["part", "reason"],
    (view) => Object.entries(view.leftOut).map(([part, reason]): Sample => [1, { part, reason }]),
  ),
  metric("flow_build_info", "Always 1; its label is the exporter's version.", ["version"], ({ version }) => [
    [1, { version }],
  ]),
];

function natSamples(view: View, samplesOf: (nat: NatStatus) => Sample[]): Sample[] {
  const nat = view.store()?.nat;
  return nat?.fault === undefined ? [] : samplesOf(nat);
}

function perProtocol(sockets: BySocket): Sample[] {
  return Object.entries(sockets).map(([protocol, count]) => [count, { protocol }]);
}

function ofLastStep(view: View, amountOf: (step: ClockStep) => number): Sample[] {
  const step = view.lastClockStep();
  return step ? [[amountOf(step)]] : [];
}
