import { dashboard } from "../../dashboard.ts";
import { chart, heatmap, stacked, stat, thresholds } from "../../panels.ts";
import * as envoy from "../../queries/envoy.ts";
import { buckets, overCilium } from "../../targets.ts";
import { envoyCluster, node } from "../../variables.ts";

const NO_ENVOY = "Needs envoy.prometheus.enabled=true in Cilium's Helm values";
const NO_TRAFFIC = "No request has passed Envoy: it sees what an L7 policy, an Ingress or the Gateway API sends it";
const ALL_WELL = "None, or no request has passed Envoy";

const glance = [
  stat("Alive", "Envoys that work. Cilium runs one on each node.", "short")
    .noValue("no Envoy")
    .withTarget(overCilium(envoy.live, "alive")),
  stat("Up for", "Since the Envoy that started last did so.", "s")
    .noValue("no Envoy")
    .withTarget(overCilium(envoy.uptime, "up")),
  stat("Requests", "Requests per second to all upstream clusters chosen.", "reqps")
    .noValue("none")
    .withTarget(overCilium(envoy.requests, "requests")),
  stat("Failed", "Answers of class 5xx as a share of all. Should be near 0.", "percentunit")
    .thresholds(thresholds(0.01, 0.05))
    .noValue("no answers")
    .withTarget(overCilium(envoy.errorRatio, "failed")),
  stat("99th percentile", "99 of 100 requests were answered by the upstream within this time.", "s")
    .thresholds(thresholds(1, 5))
    .noValue("no answers")
    .withTarget(overCilium(envoy.worst, "p99")),
  stat("Unhealthy", "Endpoints of upstream clusters that Envoy does not send requests to. Should be 0.", "short")
    .thresholds(thresholds(1, 3))
    .noValue("no Envoy")
    .withTarget(overCilium(envoy.unhealthy, "unhealthy")),
].map((panel) => panel.min(0));

const requests = [
  chart(
    "Requests by cluster",
    "Per second, to the twelve clusters that were asked most in the time range shown.",
    "reqps",
  )
    .noValue(NO_TRAFFIC)
    .withTarget(overCilium(envoy.requestsByCluster, "{{envoy_cluster_name}}")),
  stacked("Answers by class", "Answers of upstreams per second, by the first digit of their status.", "reqps")
    .noValue(NO_TRAFFIC)
    .withTarget(overCilium(envoy.answersByClass, "{{envoy_response_code_class}}xx")),
  chart("5xx by cluster", "Answers of class 5xx per second. Should be near 0.", "reqps")
    .noValue(ALL_WELL)
    .withTarget(overCilium(envoy.failuresByCluster, "{{envoy_cluster_name}}")),
  stacked(
    "Answers to clients",
    "What Envoy answered per second, by class, also what no upstream was asked for.",
    "reqps",
  )
    .noValue(NO_TRAFFIC)
    .withTarget(overCilium(envoy.received, "{{envoy_http_conn_manager_prefix}} {{envoy_response_code_class}}xx")),
  chart("Denied by policy", "Requests per second that a policy of Cilium's did not let pass, by node.", "reqps")
    .noValue(NO_ENVOY)
    .withTarget(overCilium(envoy.denied, "{{node}}")),
  Object.entries(envoy.troubles).reduce(
    (panel, [name, expr]) => panel.withTarget(overCilium(expr, name)),
    chart(
      "Trouble with upstreams",
      "Per second: connections that failed, requests that took too long, were tried again or found no room to wait.",
      "ops",
    ).noValue(NO_TRAFFIC),
  ),
];

const latencies = [
  envoy.latencies.reduce(
    (panel, { share, expr }) => panel.withTarget(overCilium(expr, `p${Math.round(100 * share)}`)),
    chart("Upstream latency", "Half, 95 and 99 of 100 requests were answered within this time.", "s").noValue(
      NO_TRAFFIC,
    ),
  ),
  chart("Slowest clusters", "By cluster, 95 of 100 requests were answered within this time.", "s")
    .noValue(NO_TRAFFIC)
    .withTarget(overCilium(envoy.latencyByCluster, "{{envoy_cluster_name}}")),
  heatmap("Upstream latencies", "How many requests a second took how long until the upstream had answered.", "ms")
    .span(24)
    .noValue(NO_TRAFFIC)
    .withTarget(buckets(envoy.latencyBuckets).interval("15s")),
];

const connections = [
  chart("Open connections", "To upstreams, by cluster.", "short")
    .description("Connections that are open to upstreams, by cluster.")
    .noValue(NO_ENVOY)
    .withTarget(overCilium(envoy.openByCluster, "{{envoy_cluster_name}}")),
  chart(
    "Opened",
    "Connections to upstreams that were begun per second: many short ones cost more than a few long ones.",
    "cps",
  )
    .noValue(NO_ENVOY)
    .withTarget(overCilium(envoy.openedByCluster, "{{envoy_cluster_name}}")),
  chart("Sent", "Bytes per second to upstreams.", "Bps")
    .description("Bytes per second that Envoy sent to upstreams, by cluster.")
    .noValue(NO_ENVOY)
    .withTarget(overCilium(envoy.sent, "{{envoy_cluster_name}}")),
  chart("Received", "Bytes per second that upstreams sent to Envoy, by cluster.", "Bps")
    .noValue(NO_ENVOY)
    .withTarget(overCilium(envoy.receivedBytes, "{{envoy_cluster_name}}")),
  chart(
    "Waiting requests",
    "Requests that wait for a connection to their upstream, by cluster. Should be near 0.",
    "short",
  )
    .noValue(NO_ENVOY)
    .withTarget(overCilium(envoy.waiting, "{{envoy_cluster_name}}")),
  chart("Listeners", "Connections of clients that are open, by the address that listens.", "short")
    .noValue(NO_ENVOY)
    .withTarget(overCilium(envoy.listeners, "{{envoy_listener_address}}")),
];

const server = [
  chart("Memory", "Memory that Envoy has allocated, by node.", "bytes")
    .noValue(NO_ENVOY)
    .withTarget(overCilium(envoy.memory, "{{node}}")),
  chart(
    "Refused policies",
    "Policies per second that the agent sent and Envoy did not take: it goes on with those before. Should be 0.",
    "ops",
  )
    .noValue(NO_ENVOY)
    .withTarget(overCilium(envoy.refusedPolicies, "{{node}}")),
  chart("Stuck workers", "How often per second a worker was busy with one event for too long. Should be 0.", "ops")
    .noValue(NO_ENVOY)
    .withTarget(overCilium(envoy.stuckWorkers, "{{node}}")),
].map((panel) => panel.span(8));

export const envoyDashboard = dashboard({
  tag: "cilium",
  name: "envoy",
  title: "Envoy",
  description:
    "What passes Cilium's Envoy: requests, how they were answered, how long it took, and what is in the way.",
  variables: [node, envoyCluster],
  rows: [
    { title: "At a glance", panels: glance },
    { title: "Requests", panels: requests },
    { title: "Latency", panels: latencies },
    { title: "Connections", panels: connections },
    { title: "Envoy itself", panels: server },
  ],
});
