import { dashboard } from "../../dashboard.ts";
import { chart, heatmap, stacked, stat, thresholds } from "../../panels.ts";
import * as http from "../../queries/hubble/http.ts";
import { table } from "../../tables.ts";
import { buckets, overCilium } from "../../targets.ts";
import { client, node, reporter, workload } from "../../variables.ts";

const NEEDS =
  "Needs httpV2 in hubble.metrics.enabled of Cilium's Helm values, and an L7 policy that shows Envoy the requests";
const ALL_WELL = "None, or httpV2 is missing in hubble.metrics.enabled";
const MOST = "the twelve with the most requests in the time range shown";

const glance = [
  stat("Requests", "HTTP requests per second.", "reqps")
    .description("HTTP requests per second of the workloads and clients chosen.")
    .noValue("none")
    .withTarget(overCilium(http.requests, "requests")),
  stat("Failed", "Answers of class 5xx as a share of all. Should be near 0.", "percentunit")
    .thresholds(thresholds(0.01, 0.05))
    .noValue("no answers")
    .withTarget(overCilium(http.errorRatio, "failed")),
  ...http.latencies.map(({ share, expr }) =>
    stat(
      share === 0.5 ? "Median" : `${Math.round(100 * share)}th percentile`,
      `${Math.round(100 * share)} of 100 requests were answered within this time.`,
      "s",
    )
      .thresholds(thresholds(1, 5))
      .noValue("no answers")
      .withTarget(overCilium(expr, `p${Math.round(100 * share)}`)),
  ),
  stat("Workloads", "Workloads that were asked for anything in the time range shown.", "short")
    .noValue("none")
    .withTarget(overCilium(http.servers, "workloads")),
].map((panel) => panel.min(0));

const requests = [
  stacked("Requests by workload", `Requests per second, by who answers: ${MOST}.`, "reqps")
    .noValue(NEEDS)
    .withTarget(overCilium(http.byServer, "{{to}}")),
  stacked("Answers by class", "Answers per second, by the first digit of their status.", "reqps")
    .noValue(NEEDS)
    .withTarget(overCilium(http.byClass, "{{class}}xx")),
  chart("Requests by client", `Requests per second, by who asks: ${MOST}.`, "reqps")
    .noValue(NEEDS)
    .withTarget(overCilium(http.byClient, "{{from}}")),
  chart("Requests by method", "Requests per second, by their method.", "reqps")
    .noValue(NEEDS)
    .withTarget(overCilium(http.byMethod, "{{method}}")),
];

const failures = [
  chart("Failed share by workload", `Answers of class 5xx as a share of a workload's: ${MOST}.`, "percentunit")
    .noValue(NEEDS)
    .withTarget(overCilium(http.errorRatioByServer, "{{to}}")),
  chart("4xx and 5xx by status", "Answers per second that say what the client, or the workload, did wrong.", "reqps")
    .noValue(ALL_WELL)
    .withTarget(overCilium(http.failedByStatus, "{{status}}")),
];

const times = [
  http.latencies.reduce(
    (panel, { share, expr }) => panel.withTarget(overCilium(expr, `p${Math.round(100 * share)}`)),
    chart("Duration", "Half, 95 and 99 of 100 requests were answered within this time.", "s").noValue(NEEDS),
  ),
  chart("95th percentile by workload", `95 of 100 of a workload's answers took no longer: ${MOST}.`, "s")
    .noValue(NEEDS)
    .withTarget(overCilium(http.slowestByServer, "{{to}}")),
  heatmap("Durations", "How many requests a second took how long until they were answered.", "s")
    .span(24)
    .noValue(NEEDS)
    .withTarget(buckets(http.durations).interval("15s")),
];

const pairs = [
  table(
    "Top pairs",
    "The fifty pairs of workloads with the most requests in the time range shown, and how those were answered.",
    [
      { title: "Client", label: "from" },
      { title: "Workload", label: "to" },
      { title: "Requests", expr: http.pairs.requests, unit: "reqps" },
      { title: "Failed", expr: http.pairs.errorRatio, unit: "percentunit" },
      { title: "Median", expr: http.pairs.median, unit: "s" },
      { title: "p95", expr: http.pairs.p95, unit: "s" },
      { title: "p99", expr: http.pairs.p99, unit: "s" },
    ],
    "Requests",
  ).noValue(NEEDS),
];

export const hubbleL7Dashboard = dashboard({
  tag: "cilium",
  name: "hubble-l7",
  title: "Hubble L7",
  description: "HTTP requests by workload as Hubble counts them: how many, how they were answered, how long it took.",
  variables: [node, workload, client, reporter],
  rows: [
    { title: "At a glance", panels: glance },
    { title: "Requests", panels: requests },
    { title: "Failures", panels: failures },
    { title: "Durations", panels: times },
    { title: "Who asks whom", panels: pairs },
  ],
});
