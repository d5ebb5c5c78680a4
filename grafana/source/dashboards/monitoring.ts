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
    "Flows lost",
    "Flows the kernel side had no room for or did not see, over the time shown. Should be 0.",
    "short",
  ).withTarget(over(own.lost, "lost")),
  stat(
    "Blind time",
    "Time without a tracer, over the time shown: what came and went within it is not counted. Should be 0.",
    "s",
  ).withTarget(over(own.unseen, "blind")),
].map((panel) => panel.min(0).span(3).thresholds(thresholds(undefined, 1)));

const glance = [
  stat(
    "Coverage",
    "Payload of flows with the world to what the outward interfaces counted; about 100 % when every flow is seen.",
    "percentunit",
  )
    .noValue("too little leaves the host")
    .withTarget(over(flows.coverage, "covered")),
  stat("Own CPU", "All containers of the stack together; 100 % is one core.", "percentunit").withTarget(
    overContainers(own.cpuTotal, "CPU"),
  ),
  stat("Own memory", "Working set of all containers of the stack together.", "bytes").withTarget(
    over(own.memoryTotal, "working set"),
  ),
].map((panel) => panel.min(0));

const lists = [
  table(
    "Firing alerts",
    "What is wrong now. Each alert's text says why, and how to fix it: the console shows it here, Prometheus under Alerts.",
    [
      { title: "Alert", label: "alertname" },
      { title: "Severity", label: "severity" },
      { title: "Service", label: "job" },
      { title: "Container", label: "name" },
      { title: "File system", label: "mountpoint" },
      { title: "Kind", label: "kind" },
      { title: "Firing", expr: own.alerts, unit: "short" },
    ],
  ),
  table("Unavailable on this host", "Parts of the stack that `npm start` could not provide here, and why.", [
    { title: "Part", label: "part" },
    { title: "Reason", label: "reason" },
    { title: "Left out", expr: own.leftOut, unit: "short" },
  ]),
].map((panel, index) => panel.span(24).height(index === 0 ? 7 : 5));

const scraping = [
  states("Targets", "Up while Prometheus can scrape the service.").withTarget(over(own.targets, "{{job}}")),
  chart("Scrape time", "How long a scrape takes. One that takes 4 s is cut off.", "s").withTarget(
    over(own.scrapeDuration, "{{job}}"),
  ),
  stacked("Samples by service", "Samples that each scrape brings.", "short").withTarget(
    over(own.samplesByJob, "{{job}}"),
  ),
  chart("Series", "Series that Prometheus holds in memory: what its own memory grows with.", "short").withTarget(
    over(own.series, "series"),
  ),
  chart("Samples stored", "Samples a second that Prometheus takes in.", "ops").withTarget(
    over(own.samplesPerSecond, "samples"),
  ),
  chart("Stored bytes", "What Prometheus' data take on disk: blocks, head and write-ahead log.", "decbytes").withTarget(
    over(own.storedBytes, "stored"),
  ),
];

const exporter = [
  chart("Collecting", "How long the flow-exporter's last cycle took: read, decode, join, add up.", "s").withTarget(
    over(own.collectDuration, "cycle"),
  ),
  chart(
    "Sockets and edges",
    "TCP sockets in the last read, edges that have series, edges FLOW_MAX_EDGES left no room for.",
    "short",
  )
    .withTarget(over(own.rows, "sockets"))
    .withTarget(over(own.edges, "edges"))
    .withTarget(over(own.edgesDropped, "without room, since the start")),
  states("Sources", "Up while a part the flows come from works.").withTarget(over(own.sources, "{{flow_source}}")),
  chart(
    "Flows lost",
    "By kind, a second: open sockets, ended flows, state changes, datagrams. Should be 0.",
    "cps",
  ).withTarget(over(own.lostByKind, "{{kind}}")),
  chart(
    "Room in use",
    "TCP sockets to what the kernel part's table has room for; beyond 100 % sockets are lost, and counted so.",
    "percentunit",
  ).withTarget(over(own.roomInUse, "open flows")),
  chart(
    "Refused runs",
    "Events a second for which the kernel did not enter a program, as it was running on that CPU. What such an event changed is found later, or counted as lost.",
    "cps",
  ).withTarget(over(own.refusedRuns, "refused")),
];

const cost = [
  stacked("CPU by service", "What the monitoring itself takes; 100 % is one core.", "percentunit").withTarget(
    overContainers(own.cpuByService, "{{name}}"),
  ),
  stacked("Memory by service", "Working set: what cannot be freed at once.", "bytes").withTarget(
    over(own.memoryByService, "{{name}}"),
  ),
  chart(
    "Memory used of limit",
    "Of every container that has a limit. Above 90 % for five minutes an alert fires.",
    "percentunit",
  )
    .max(1)
    .thresholds(thresholds(0.8, 0.9))
    .thresholdsStyle(DASHED)
    .withTarget(over(own.memoryOfLimit, "{{name}}")),
  chart("Rules", "How long Prometheus takes to evaluate each group of rules.", "s").withTarget(
    over(own.ruleDuration, "{{group}}"),
  ),
];

export const monitoringDashboard = dashboard({
  name: "monitoring",
  title: "Self-monitoring",
  description: "Whether the monitoring works, what it misses and what it costs.",
  rows: [
    { title: "At a glance", panels: [...shouldBeZero, ...glance] },
    { title: "What is wrong", panels: lists },
    { title: "The flow-exporter", panels: exporter },
    { title: "Scraping and storing", panels: scraping },
    { title: "Cost", panels: cost },
  ],
});
