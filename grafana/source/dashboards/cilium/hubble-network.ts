import { dashboard } from "../../dashboard.ts";
import { chart, stacked, stat, thresholds } from "../../panels.ts";
import * as network from "../../queries/hubble/network.ts";
import { table } from "../../tables.ts";
import { overCilium } from "../../targets.ts";
import { namespace, node, verdict } from "../../variables.ts";

/** What shows a metric of Hubble's: Cilium's chart, or this exporter, which counts flows of Docker's containers. */
const needs = (metric: string) =>
  `Needs ${metric} in hubble.metrics.enabled of Cilium's Helm values, or HUBBLE_METRICS=on here`;
const noneOr = (metric: string) => `None, or ${metric} is missing in hubble.metrics.enabled`;

const EVENTS =
  "Hubble tells of a packet wherever the datapath shows it one: a connection is several events, a packet can be more.";

const glance = [
  stat("Flows", `Events of flows per second. ${EVENTS}`, "ops")
    .noValue("no flows")
    .withTarget(overCilium(network.flows, "flows")),
  stat("Dropped", "Events of flows per second with the verdict DROPPED, whichever verdict is chosen.", "ops")
    .thresholds(thresholds(1, 100))
    .noValue("no flows")
    .withTarget(overCilium(network.dropped, "dropped")),
  stat("Dropped share", "Events with the verdict DROPPED as a share of all.", "percentunit")
    .thresholds(thresholds(0.01, 0.1))
    .noValue("no flows")
    .withTarget(overCilium(network.droppedShare, "dropped")),
  stat(
    "Unanswered",
    "Of a hundred packets that open a TCP connection, those that no SYN-ACK was seen for.",
    "percentunit",
  )
    .thresholds(thresholds(0.05, 0.25))
    .noValue("not known")
    .withTarget(overCilium(network.unanswered, "unanswered")),
  stat("To the world", "Events per second of flows to addresses outside of the cluster.", "ops")
    .noValue("none")
    .withTarget(overCilium(network.toWorld, "to the world")),
  stat(
    "Lost in this range",
    "Events that Hubble lost in the time range shown, as its buffers were full: the figures here are too small by so many.",
    "short",
  )
    .thresholds(thresholds(1, 10_000))
    .noValue("none")
    .withTarget(overCilium(network.lost, "lost")),
].map((panel) => panel.min(0));

const flows = [
  stacked("Flows by verdict", `Events per second. ${EVENTS}`, "ops")
    .noValue(needs("flow"))
    .withTarget(overCilium(network.byVerdict, "{{verdict}}")),
  stacked(
    "Flows between namespaces",
    "Events per second of the twelve pairs with the most in the time range shown.",
    "ops",
  )
    .noValue(needs("flow"))
    .withTarget(overCilium(network.byPair, "{{from}} → {{to}}")),
  chart(
    "Flows by protocol",
    "Events per second, by transport or, of requests that a proxy sees, their protocol.",
    "ops",
  )
    .noValue(needs("flow"))
    .withTarget(overCilium(network.byProtocol, "{{protocol}}")),
  chart(
    "Flows by kind",
    "Events per second, by what told of them: a trace and where, a drop, a policy's verdict, a proxy.",
    "ops",
  )
    .noValue(needs("flow"))
    .withTarget(overCilium(network.byType, "{{type}} {{subtype}}")),
];

const drops = [
  stacked("Drops by reason", "Packets per second that were dropped, by Cilium's reason and by protocol.", "pps")
    .noValue(noneOr("drop"))
    .withTarget(overCilium(network.dropsByReason, "{{reason}} {{protocol}}")),
  chart(
    "Drops between namespaces",
    "Packets per second that were dropped, of the twelve pairs with the most of them.",
    "pps",
  )
    .noValue(noneOr("drop"))
    .withTarget(overCilium(network.dropsByPair, "{{from}} → {{to}} {{reason}}")),
];

const transport = [
  chart(
    "TCP flags",
    "Packets per second that begin (SYN), answer (SYN-ACK), end (FIN) or break off (RST) a connection.",
    "pps",
  )
    .noValue(needs("tcp"))
    .withTarget(overCilium(network.flags, "{{flag}}")),
  chart(
    "Destination ports",
    "Events per second, of the twelve ports that were addressed most in the time range shown.",
    "ops",
  )
    .noValue(needs("port-distribution"))
    .withTarget(overCilium(network.ports, "{{port}} {{protocol}}")),
  chart(
    "To the world",
    "Events per second of flows to addresses outside of the cluster, by who sends and the verdict.",
    "ops",
  )
    .noValue(noneOr("flows-to-world"))
    .withTarget(overCilium(network.toWorldBySource, "{{from}} {{verdict}}")),
  chart(
    "ICMP",
    "Messages per second, by type: a destination unreachable says that something is refused or not there.",
    "ops",
  )
    .noValue(noneOr("icmp"))
    .withTarget(overCilium(network.icmp, "{{family}} {{type}}")),
];

const pairs = [
  table(
    "Top pairs",
    "The fifty pairs of namespaces with the most events in the time range shown, by protocol and verdict.",
    [
      { title: "From", label: "from" },
      { title: "To", label: "to" },
      { title: "Protocol", label: "protocol" },
      { title: "Verdict", label: "verdict" },
      { title: "Mean", expr: network.pairs.mean, unit: "ops" },
      { title: "Events", expr: network.pairs.counted, unit: "locale" },
    ],
    "Events",
  ).noValue(needs("flow")),
];

export const hubbleNetworkDashboard = dashboard({
  tag: "cilium",
  name: "hubble-network",
  title: "Hubble network",
  description: "Which namespaces talk to each other, what is dropped and why, as Hubble counts it.",
  variables: [node, namespace, verdict],
  rows: [
    { title: "At a glance", panels: glance },
    { title: "Flows", panels: flows },
    { title: "Drops", panels: drops },
    { title: "Who talks to whom", panels: pairs },
    { title: "Transport", panels: transport },
  ],
});
