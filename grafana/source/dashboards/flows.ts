import { dashboard } from "../dashboard.ts";
import { chart, heatmap, map, stacked, stat, thresholds } from "../panels.ts";
import * as flows from "../queries/flows.ts";
import { told } from "../queries/hubble.ts";
import { table } from "../tables.ts";
import { buckets, column, over } from "../targets.ts";
import { flowContainer, monitoring, project } from "../variables.ts";

const EDGE = "{{source}} → {{destination}}:{{destination_port}}";
const NOTHING = "No flows match the selection above";
const MOST = "The twelve edges with the most of it in the time range shown.";

const glance = [
  stat(
    "Traffic",
    "Payload per second over all selected edges, in both directions, without headers and retransmissions.",
    "Bps",
  ).withTarget(over(flows.traffic, "payload")),
  stat("Open", "Established TCP connections, and UDP flows that are not idle.", "short").withTarget(
    over(flows.open, "{{protocol}}"),
  ),
  stat("Opened", "Connections established per second.", "cps").withTarget(over(flows.opened, "opened")),
  stat("Failed", "Connection attempts per second that were refused, timed out or were abandoned. Should be 0.", "cps")
    .thresholds(thresholds(0.01, 1))
    .withTarget(over(flows.failed, "failed")),
  stat(
    "Retransmits",
    "Segments per second retransmitted by an end on this host: packets are lost on the way. Should be near 0.",
    "pps",
  )
    .thresholds(thresholds(1, 50))
    .withTarget(over(flows.retransmits, "retransmitted")),
  stat(
    "Coverage",
    "Payload of flows to and from the world over the last minute, as a share of what the outward interfaces counted: about " +
      "100 % when every flow is seen, and never above. Empty while there is too little traffic.",
    "percentunit",
  )
    .noValue("too little traffic")
    .withTarget(over(flows.coverage, "covered")),
].map((panel) => panel.min(0));

const where = [
  map(
    "Service map",
    "Who talks to whom in the time range shown: the hundred busiest pairs. A node shows the payload per second of all its " +
      "edges; each edge is averaged over the part of the time range in which it existed.",
    "Bps",
  )
    .noValue(NOTHING)
    .withTarget(column("nodes", flows.map.nodes))
    .withTarget(column("edges", flows.map.edges)),
];

const traffic = [
  stacked("Traffic by edge", `Payload per second, in both directions. ${MOST}`, "Bps")
    .noValue(NOTHING)
    .withTarget(over(flows.trafficByEdge, EDGE)),
  stacked(
    "Traffic between projects",
    "Payload per second, in both directions, between Compose projects; an end without a project appears under its kind " +
      "(world, process, container). Includes all projects and containers, whatever is selected above.",
    "Bps",
  ).withTarget(over(flows.trafficByProject, "{{source_project}} → {{destination_project}}")),
];

const connections = [
  chart("Open connections", `Currently established; for UDP, flows that are not idle. ${MOST}`, "short")
    .noValue(NOTHING)
    .withTarget(over(flows.openByEdge, EDGE)),
  chart("Opened", `Connections established per second: many short ones cost more than a few long ones. ${MOST}`, "cps")
    .noValue(NOTHING)
    .withTarget(over(flows.openedByEdge, EDGE)),
  chart("Failed", `Connection attempts per second that were refused, timed out or were abandoned. ${MOST}`, "cps")
    .noValue(NOTHING)
    .withTarget(over(flows.failed, "all edges"))
    .withTarget(over(flows.failedByEdge, EDGE)),
  chart(
    "Retransmits",
    `Segments per second retransmitted by an end on this host: packets are lost on the way. ${MOST}`,
    "pps",
  )
    .noValue(NOTHING)
    .withTarget(over(flows.retransmits, "all edges"))
    .withTarget(over(flows.retransmitsByEdge, EDGE)),
];

const times = [
  chart(
    "Round-trip time by edge",
    "Mean of the kernel's smoothed round-trip times, for the twelve edges that carried the most. A line has gaps while its " +
      "edge was idle.",
    "s",
  )
    .noValue(NOTHING)
    .withTarget(over(flows.roundTripByEdge, EDGE)),
  heatmap(
    "Round-trip times",
    "Each connection that carried bytes is counted once per read. Between containers: well under a millisecond.",
    "s",
  )
    .noValue(NOTHING)
    .withTarget(buckets(flows.roundTrips)),
  heatmap("Flow sizes", "Payload of ended connections, in both directions: how much one flow carries.", "decbytes")
    .noValue(NOTHING)
    .withTarget(buckets(flows.sizes)),
  heatmap("Flow durations", "Lifetime of ended connections; those older than the tracer are excluded.", "s")
    .noValue(NOTHING)
    .withTarget(buckets(flows.durations)),
];

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
const toContainer = { title: "Show container", url: "/d/flowtally-container?var-container=${__value.raw}" };

const talkers = [
  table(
    "Top talkers",
    "The fifty edges that carried the most in the time range shown, in both directions. Means are over the part of the time " +
      "range in which the edge existed; the other columns count since it was first seen, or since it was last idle for an hour.",
    [
      { title: "Source", label: "source", link: toContainer },
      { title: "Destination", label: "destination", link: toContainer },
      { title: "Port", label: "destination_port" },
      { title: "Protocol", label: "protocol" },
      { title: "Mean traffic", expr: flows.talkers.meanTraffic, unit: "Bps" },
      { title: "Mean sent", expr: flows.talkers.meanSent, unit: "Bps" },
      { title: "Mean received", expr: flows.talkers.meanReceived, unit: "Bps" },
      { title: "Sent", expr: flows.talkers.sent, unit: "decbytes" },
      { title: "Received", expr: flows.talkers.received, unit: "decbytes" },
      { title: "Open", expr: flows.talkers.connections, unit: "locale" },
      { title: "Opened", expr: flows.talkers.opened, unit: "locale" },
      { title: "Failed", expr: flows.talkers.failed, unit: "locale" },
      { title: "Retransmits", expr: flows.talkers.retransmits, unit: "locale" },
    ],
    "Mean traffic",
  ).noValue(NOTHING),
];

const hubble = [
  table(
    "What Hubble tells",
    "The fifty edges that Hubble's observers and files (FLOW_SOURCES) tell most of, of any project and container: events per second, " +
      "and beside them what the processes at either end do, where that is a container or pod of this host.",
    [
      { title: "Told by", label: "origin" },
      { title: "Source", label: "source", link: toContainer },
      { title: "Destination", label: "destination", link: toContainer },
      { title: "Port", label: "destination_port" },
      { title: "Protocol", label: "protocol" },
      { title: "Events", expr: told.events, unit: "cps" },
      { title: "Forwarded", expr: told.forwarded, unit: "cps" },
      { title: "Dropped", expr: told.dropped, unit: "cps" },
      { title: "Source CPU", expr: told.sourceCpu, unit: "percentunit" },
      { title: "Source disk", expr: told.sourceDisk, unit: "Bps" },
      { title: "Source memory", expr: told.sourceMemory, unit: "bytes" },
      { title: "Destination CPU", expr: told.destinationCpu, unit: "percentunit" },
      { title: "Destination disk", expr: told.destinationDisk, unit: "Bps" },
      { title: "Destination memory", expr: told.destinationMemory, unit: "bytes" },
    ],
    "Events",
  ).noValue("FLOW_SOURCES in config.monitoring names none of Hubble's"),
];

export const flowsDashboard = dashboard({
  name: "flows",
  title: "Flows",
  description: "Which containers talk to each other, how much, and how well.",
  variables: [project, flowContainer, monitoring],
  rows: [
    { title: "At a glance", panels: glance },
    { title: "Traffic", panels: traffic },
    { title: "Who talks to whom", panels: where },
    { title: "Top talkers", panels: talkers },
    { title: "Connections", panels: connections },
    { title: "Times and sizes", panels: times },
    { title: "Hubble", panels: hubble },
  ],
});
