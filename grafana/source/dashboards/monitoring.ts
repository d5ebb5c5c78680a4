import { dashboard } from "../dashboard.ts";
import { chart, DASHED, stacked, stat, states, thresholds } from "../panels.ts";
import * as flows from "../queries/flows.ts";
import * as own from "../queries/monitoring.ts";
import { table } from "../tables.ts";
import { over, overContainers } from "../targets.ts";

const shouldBeZero = [
  stat("Targets down", "Services that Prometheus cannot scrape. Should be 0.", "short").withTarget(
    over(own.targetsDown, "down"),
  ),
  stat("Alerts", "Firing alerts; the table below names them.", "short").withTarget(over(own.alertsFiring, "firing")),
  stat(
    "Flows lost in this range",
    "Flows that the kernel part had no room for or did not see, in the time range shown. Should be 0.",
    "short",
  ).withTarget(over(own.lost, "lost")),
  stat(
    "Blind time in this range",
    "Time without a running tracer, in the time range shown: flows that began and ended within it are not counted. Should " +
      "be 0. The alert FlowsUnseen speaks of the last six hours, whatever range is shown.",
    "s",
  ).withTarget(over(own.unseen, "blind")),
].map((panel) => panel.min(0).thresholds(thresholds(undefined, 1)));

const glance = [
  stat(
    "Coverage",
    "Payload of flows to and from the world as a share of what the outward interfaces counted; about 100 % when every flow " +
      "is seen, and never above.",
    "percentunit",
  )
    .noValue("too little traffic")
    .withTarget(over(flows.coverage, "covered")),
  stat("Own CPU", "CPU time of all containers of the stack together; 100 % is one core.", "percentunit").withTarget(
    overContainers(own.cpuTotal, "CPU"),
  ),
  stat("Own memory", "Working set of all containers of the stack together.", "bytes").withTarget(
    over(own.memoryTotal, "working set"),
  ),
].map((panel) => panel.min(0));

/** Of the 24 columns: those with longer titles have more. */
const GLANCE_SPANS = [4, 3, 3, 3, 4, 3, 4];

const lists = [
  table(
    "Firing alerts",
    "What is wrong now. The text of each alert explains it and how to fix it: the console shows it here, Prometheus under " +
      "Alerts.",
    [
      { title: "Alert", label: "alertname" },
      { title: "Severity", label: "severity" },
      { title: "Service", label: "job" },
      { title: "Container", label: "name" },
      { title: "File system", label: "mountpoint" },
      { title: "Kind", label: "kind" },
      { title: "Firing", expr: own.alerts, hidden: true },
    ],
  ),
  table("Unavailable on this host", "Parts of the stack that `npm start` could not provide here, and why.", [
    { title: "Part", label: "part" },
    { title: "Reason", label: "reason" },
    { title: "Unavailable", expr: own.leftOut, hidden: true },
  ]),
].map((panel, index) => panel.span(24).height(index === 0 ? 7 : 5));

const scraping = [
  states("Targets", "A service is up while Prometheus can scrape it.").withTarget(over(own.targets, "{{job}}")),
  chart("Scrape duration", "Duration of a scrape. It is aborted after 4 s.", "s").withTarget(
    over(own.scrapeDuration, "{{job}}"),
  ),
  stacked("Samples by service", "Samples collected by each scrape.", "short").withTarget(
    over(own.samplesByJob, "{{job}}"),
  ),
  chart("Series", "Series that Prometheus holds in memory: its memory usage grows with them.", "short").withTarget(
    over(own.series, "series"),
  ),
  chart("Samples ingested", "Samples per second that Prometheus ingests.", "ops").withTarget(
    over(own.samplesPerSecond, "samples"),
  ),
  chart(
    "Disk usage",
    "Disk space used by Prometheus' data: blocks, head chunks and write-ahead log.",
    "decbytes",
  ).withTarget(over(own.storedBytes, "stored")),
];

const exporter = [
  chart(
    "Cycle duration",
    "Duration of flow-exporter's last collection cycle: read, decode, join, add up.",
    "s",
  ).withTarget(over(own.collectDuration, "cycle")),
  chart(
    "Sockets and edges",
    "TCP sockets in the last read, edges that have series of their own, and edges beyond FLOW_MAX_EDGES since the start.",
    "short",
  )
    .withTarget(over(own.rows, "sockets"))
    .withTarget(over(own.edges, "edges"))
    .withTarget(over(own.edgesDropped, "edges dropped, since the start")),
  states("Sources", "A source, one of the parts that flows are read from, is up while it works.").withTarget(
    over(own.sources, "{{flow_source}}"),
  ),
  chart(
    "Flows lost",
    "Losses per second by kind: open sockets (live), ended flows (closed, erased), state changes (events), datagrams (udp). " +
      "Should be 0.",
    "cps",
  ).withTarget(over(own.lostByKind, "{{kind}}")),
  chart(
    "Table usage",
    "TCP sockets as a share of what the kernel part's table has room for; sockets beyond 100 % are lost, and counted as lost.",
    "percentunit",
  ).withTarget(over(own.roomInUse, "open flows")),
  chart(
    "Refused runs",
    "Events per second for which the kernel did not run a program because it was already running on that CPU. What such " +
      "an event changed is found later, or counted as lost.",
    "cps",
  ).withTarget(over(own.refusedRuns, "refused")),
];

const NO_STORE = "Nothing is stored: FLOW_STORE in config.monitoring is empty";

const store = [
  chart(
    "Waiting for the store",
    "Flows that the database of FLOW_STORE has not taken yet, on disk, where there is room for 256 MiB.",
    "bytes",
  ).withTarget(over(own.waitingForStore, "waiting")),
  chart(
    "Failed writes to the store",
    "Writes per second that the database did not take, by reason; they wait. Should be 0.",
    "cps",
  ).withTarget(over(own.failedWrites, "{{reason}}")),
  chart(
    "Rows not stored",
    "Rows per second for which there was no room to wait: they are missing from /api/transactions. Should be 0.",
    "cps",
  ).withTarget(over(own.notStored, "rows")),
].map((panel) => panel.span(8).noValue(NO_STORE));

const cost = [
  stacked("CPU by service", "CPU time of the monitoring itself; 100 % is one core.", "percentunit").withTarget(
    overContainers(own.cpuByService, "{{name}}"),
  ),
  stacked("Memory by service", "Working set: memory that cannot be freed immediately.", "bytes").withTarget(
    over(own.memoryByService, "{{name}}"),
  ),
  chart(
    "Memory used of limit",
    "For every container that has a limit. Above 90 % for five minutes an alert fires.",
    "percentunit",
  )
    .max(1)
    .thresholds(thresholds(0.8, 0.9))
    .thresholdsStyle(DASHED)
    .withTarget(over(own.memoryOfLimit, "{{name}}")),
  chart("Rule evaluation", "Time Prometheus takes to evaluate each group of rules.", "s").withTarget(
    over(own.ruleDuration, "{{group}}"),
  ),
];

export const monitoringDashboard = dashboard({
  name: "monitoring",
  title: "Self-monitoring",
  description: "Whether the monitoring works, what it misses, and what it costs.",
  rows: [
    {
      title: "At a glance",
      panels: [...shouldBeZero, ...glance].map((panel, index) => panel.span(GLANCE_SPANS[index] ?? 3)),
    },
    { title: "What is wrong", panels: lists },
    { title: "flow-exporter", panels: exporter },
    { title: "Store of flows", panels: store },
    { title: "Scraping and storage", panels: scraping },
    { title: "Cost", panels: cost },
  ],
});
