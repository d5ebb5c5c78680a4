import { dashboard } from "../../dashboard.ts";
import { chart, stacked, stat, thresholds } from "../../panels.ts";
import * as dns from "../../queries/hubble/dns.ts";
import { table } from "../../tables.ts";
import { overCilium } from "../../targets.ts";
import { namespaceAsking, node } from "../../variables.ts";

const NEEDS =
  "Needs dns in hubble.metrics.enabled of Cilium's Helm values, and a policy that shows the DNS proxy what is asked";
const NAMES = "Names need the option of dns:query in hubble.metrics.enabled";
const ALL_WELL = "None, or dns is missing in hubble.metrics.enabled";
const MOST = "the twelve with the most in the time range shown";

const glance = [
  stat("Queries", "DNS queries per second of the namespaces chosen.", "reqps")
    .noValue("none")
    .withTarget(overCilium(dns.queries, "queries")),
  stat("Answers", "Answers to DNS queries per second.", "reqps")
    .description("Answers per second to DNS queries of the namespaces chosen.")
    .noValue("none")
    .withTarget(overCilium(dns.answers, "answers")),
  stat("Missing", "Queries per second that were not answered. Should be near 0.", "reqps")
    .thresholds(thresholds(0.1, 1))
    .noValue("no queries")
    .withTarget(overCilium(dns.missing, "missing")),
  stat(
    "Errors",
    "Answers with another code than No Error as a share of all. Names that Kubernetes looks for in each of its search domains are among them.",
    "percentunit",
  )
    .thresholds(thresholds(0.5, 0.9))
    .noValue("no answers")
    .withTarget(overCilium(dns.errorRatio, "errors")),
  stat("Namespaces", "Namespaces that asked for a name in the time range shown.", "short")
    .noValue("none")
    .withTarget(overCilium(dns.clients, "namespaces")),
].map((panel) => panel.min(0));

/** Of the 24 columns. */
const GLANCE_SPANS = [5, 5, 5, 5, 4];

const queries = [
  stacked("Queries by namespace", `Queries per second, by who asks: ${MOST}.`, "reqps")
    .noValue(NEEDS)
    .withTarget(overCilium(dns.queriesByClient, "{{from}}")),
  chart("Missing answers", "Queries per second, by who asks, that were not answered. Should be near 0.", "reqps")
    .noValue(ALL_WELL)
    .withTarget(overCilium(dns.missingByClient, "{{from}}")),
  chart("Queries by record type", "Queries per second, by the type of record that is asked for.", "reqps")
    .noValue(NEEDS)
    .withTarget(overCilium(dns.byQueryType, "{{qtypes}}")),
  chart("Queries by server", `Queries per second, by the namespace that is asked: ${MOST}.`, "reqps")
    .noValue(NEEDS)
    .withTarget(overCilium(dns.queriesByServer, "{{to}}")),
];

const answers = [
  stacked(
    "Answers by code",
    "Answers per second. Non-Existent Domain is common: Kubernetes tries its search domains.",
    "reqps",
  )
    .noValue(NEEDS)
    .withTarget(overCilium(dns.byCode, "{{rcode}}")),
  chart("Errors by namespace", `Answers per second with another code than No Error, by who asked: ${MOST}.`, "reqps")
    .noValue(ALL_WELL)
    .withTarget(overCilium(dns.failedByClient, "{{from}} {{rcode}}")),
  chart("Records in answers", "Records per second in answers, by type; a CNAME leads to another name.", "ops")
    .noValue(NEEDS)
    .withTarget(overCilium(dns.byAnswerType, "{{type}}")),
  chart("Queries by name", `Queries per second: ${MOST}.`, "reqps")
    .noValue(NAMES)
    .withTarget(overCilium(dns.byName, "{{query}}")),
];

const names = [
  table(
    "Top names",
    "The fifty names that were asked for most in the time range shown, and how that was answered.",
    [
      { title: "Name", label: "query" },
      { title: "Queries", expr: dns.names.queries, unit: "reqps" },
      { title: "Answers", expr: dns.names.answers, unit: "reqps" },
      { title: "Errors", expr: dns.names.failed, unit: "reqps" },
    ],
    "Queries",
  ).noValue(NAMES),
];

export const hubbleDnsDashboard = dashboard({
  tag: "cilium",
  name: "hubble-dns",
  title: "Hubble DNS",
  description: "What is asked of DNS, and how it was answered, as Hubble counts it.",
  variables: [node, namespaceAsking],
  rows: [
    { title: "At a glance", panels: glance.map((panel, index) => panel.span(GLANCE_SPANS[index] ?? 4)) },
    { title: "Queries", panels: queries },
    { title: "Answers", panels: answers },
    { title: "Names", panels: names },
  ],
});
