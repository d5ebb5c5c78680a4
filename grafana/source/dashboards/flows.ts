import { dashboard } from "../dashboard.ts";
import { chart, heatmap, map, stacked, stat, thresholds } from "../panels.ts";
import * as flows from "../queries/flows.ts";
import { table } from "../tables.ts";
import { buckets, column, over } from "../targets.ts";
import { flowContainer, monitoring, project } from "../variables.ts";

const EDGE = "{{source}} → {{destination}}:{{destination_port}}";
const NOTHING = "No flow matches what is chosen above";
const MOST = "The twelve edges with most of it over the time shown.";

const glance = [
  stat(
    "Traffic",
    "Payload a second over all chosen edges, both ways, without headers and retransmissions.",
    "Bps",
  ).withTarget(over(flows.traffic, "payload")),
  stat("Open", "Established TCP connections, and UDP flows that are not idle.", "short").withTarget(
    over(flows.open, "{{protocol}}"),
  ),
  stat("Opened", "Connections established a second.", "cps").withTarget(over(flows.opened, "opened")),
  stat("Failed", "Connects a second that were refused, timed out or were abandoned. Should be 0.", "cps")
    .thresholds(thresholds(0.01, 1))
    .withTarget(over(flows.failed, "failed")),
  stat(
    "Retransmits",
    "Segments a second that an end on this host sent again: loss on the way. Should be near 0.",
    "pps",
  )
    .thresholds(thresholds(1, 50))
    .withTarget(over(flows.retransmits, "sent again")),
  stat(
    "Coverage",
    "Payload of flows with the world, over the last minute, to what the interfaces that lead out of the host counted: " +
      "about 100 % when every flow is seen. Empty while next to nothing leaves the host.",
    "percentunit",
  )
    .noValue("too little leaves the host")
    .withTarget(over(flows.coverage, "covered")),
].map((panel) => panel.min(0));

const where = [
  map(
    "Service map",
    "Who talks to whom over the time shown, the hundred busiest pairs. A node shows the mean " +
      "payload a second of all its edges, each over the part of that time in which it was there.",
    "Bps",
  )
    .noValue(NOTHING)
    .withTarget(column("nodes", flows.map.nodes))
    .withTarget(column("edges", flows.map.edges)),
];

const traffic = [
  stacked("Traffic by edge", `Payload a second, both ways. ${MOST}`, "Bps")
    .noValue(NOTHING)
    .withTarget(over(flows.trafficByEdge, EDGE)),
  stacked(
    "Traffic between projects",
    "Payload a second, both ways, between Compose projects; an end without a project stands under its kind " +
      "(world, process, container). Of all projects and containers, whichever are chosen above.",
    "Bps",
  ).withTarget(over(flows.trafficByProject, "{{source_project}} → {{destination_project}}")),
];

const connections = [
  chart("Open connections", `Established now; UDP: flows that are not idle. ${MOST}`, "short")
    .noValue(NOTHING)
    .withTarget(over(flows.openByEdge, EDGE)),
  chart("Opened", `Connections established a second: many short ones cost more than few long ones. ${MOST}`, "cps")
    .noValue(NOTHING)
    .withTarget(over(flows.openedByEdge, EDGE)),
  chart("Failed", `Connects a second that were refused, timed out or were abandoned. ${MOST}`, "cps")
    .noValue(NOTHING)
    .withTarget(over(flows.failed, "all edges"))
    .withTarget(over(flows.failedByEdge, EDGE)),
  chart("Retransmits", `Segments a second sent again by an end on this host: loss on the way. ${MOST}`, "pps")
    .noValue(NOTHING)
    .withTarget(over(flows.retransmits, "all edges"))
    .withTarget(over(flows.retransmitsByEdge, EDGE)),
];

const times = [
  chart(
    "Round-trip time by edge",
    "Mean of the kernel's smoothed round-trip times, of the twelve edges that carried most. A line has gaps where its edge was silent.",
    "s",
  )
    .noValue(NOTHING)
    .withTarget(over(flows.roundTripByEdge, EDGE)),
  heatmap(
    "Round-trip times",
    "Each connection that carried bytes counts once in each read. Between containers: well under a millisecond.",
    "s",
  )
    .noValue(NOTHING)
    .withTarget(buckets(flows.roundTrips)),
  heatmap("Flow sizes", "Payload, both ways, of connections when they ended: what one flow carries.", "decbytes")
    .noValue(NOTHING)
    .withTarget(buckets(flows.sizes)),
  heatmap(
    "Flow durations",
    "How long connections had lived when they ended; those older than the tracer are left out.",
    "s",
  )
    .noValue(NOTHING)
    .withTarget(buckets(flows.durations)),
];

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
const toContainer = { title: "Show container", url: "/d/flowtally-container?var-container=${__value.raw}" };

const talkers = [
  table(
    "Top talkers",
    "The fifty edges that carried most over the time shown, both ways. Means are over the part of the time shown in which " +
      "the edge was there; the other columns count since it was first seen, or, where it was idle for an hour in between, " +
      "since then.",
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

export const flowsDashboard = dashboard({
  name: "flows",
  title: "Flows",
  description: "Which container talks to which, how much, and how well.",
  variables: [project, flowContainer, monitoring],
  rows: [
    { title: "At a glance", panels: glance },
    { title: "Traffic", panels: traffic },
    { title: "Who talks to whom", panels: where },
    { title: "Top talkers", panels: talkers },
    { title: "Connections", panels: connections },
    { title: "Times and sizes", panels: times },
  ],
});
