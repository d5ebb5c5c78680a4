import { dashboard } from "../dashboard.ts";
import { chart, DASHED, heatmap, LIMIT, stacked, stat, thresholds } from "../panels.ts";
import * as containers from "../queries/containers.ts";
import * as flows from "../queries/flows.ts";
import * as host from "../queries/host.ts";
import { buckets, over, overContainers } from "../targets.ts";

const NO_PMU = "No LLC misses: this CPU offers no hardware performance counters (PMU)";
const NO_GRAFANA = "Grafana does not run on this host: its image was not found";

const glance = [
  stat("Host CPU", "Share of all CPUs' time that is not idle. 100 % means that every core is busy.", "percentunit")
    .min(0)
    .max(1)
    .thresholds(thresholds(0.8, 0.95))
    .withTarget(over(host.cpuUtilisation, "busy")),
  stat(
    "Host memory",
    "Share of memory that is not available to new work; caches that can be freed count as available.",
    "percentunit",
  )
    .min(0)
    .max(1)
    .thresholds(thresholds(0.8, 0.95))
    .withTarget(over(host.memoryUtilisation, "used")),
  stat("Disk busy", "Share of time in which the busiest disk had at least one request to do.", "percentunit")
    .min(0)
    .max(1)
    .thresholds(thresholds(0.8, 0.95))
    .withTarget(over(host.diskBusy, "busy")),
  stat("Fullest file system", "Used share of the file system that has least room, on a real disk.", "percentunit")
    .min(0)
    .max(1)
    .thresholds(thresholds(0.8, 0.9))
    .withTarget(over(host.fullestFileSystem, "used")),
  stat("Containers", "Containers that run, the monitoring's own among them.", "short").withTarget(
    over(containers.running, "running"),
  ),
  stat("Open connections", "Established TCP connections and UDP flows that are not idle.", "short").withTarget(
    over(flows.everyOpenConnection, "{{protocol}}"),
  ),
];

const systemCalls = [
  stacked(
    "Read system calls",
    "System calls a second that read, on the whole host, by name. They count when the call is made, whether or not the " +
      "disk has to move: a file in the page cache counts too.",
    "ops",
  ).withTarget(over(host.readCalls, "{{syscall}}")),
  stacked(
    "Write system calls",
    "System calls a second that write, on the whole host, by name. What they write reaches the disk later, unless it is " +
      "synced: compare with the write latency below.",
    "ops",
  ).withTarget(over(host.writeCalls, "{{syscall}}")),
];

const cpu = [
  stacked(
    "Host CPU utilisation",
    "Share of all CPUs' time by what it went to; the rest up to 100 % is idle. Much iowait means that work waits for a disk.",
    "percentunit",
  )
    .max(1)
    .withTarget(over(host.cpuByMode, "{{mode}}")),
  chart(
    "CPU of prometheus and grafana",
    "CPU time of these two containers alone; 100 % is one core. Grafana's line is missing where Grafana does not run.",
    "percentunit",
  )
    .withTarget(overContainers(containers.cpuOf("prometheus"), "prometheus"))
    .withTarget(overContainers(containers.cpuOf("grafana"), "grafana")),
  stacked(
    "CPU by container",
    "CPU time of the twelve containers that used most over the time shown; 100 % is one core.",
    "percentunit",
  ).withTarget(overContainers(containers.cpuByContainer, "{{name}}")),
  chart(
    "LLC misses",
    "Last-level cache misses a second by CPU, extrapolated from samples: each one waits for main memory. Needs a CPU " +
      "with hardware performance counters, which many virtual machines hide.",
    "short",
  )
    .noValue(NO_PMU)
    .withTarget(over(host.llcMisses, "CPU {{cpu}}")),
];

const memory = [
  chart(
    "Host memory utilisation",
    "Share of the host's memory that is not available to new work. Above the red line the kernel may begin to kill.",
    "percentunit",
  )
    .max(1)
    .thresholds(thresholds(0.8, 0.95))
    .thresholdsStyle(DASHED)
    .withTarget(over(host.memoryUtilisation, "used")),
  chart(
    "Memory of grafana",
    "Working set of the container, its limit, and what `npm run tune` sets the limit to: the average over the time shown " +
      "and a fifth more. Where the working set goes above the limit, the kernel kills Grafana.",
    "bytes",
  )
    .noValue(NO_GRAFANA)
    .withTarget(over(containers.memoryOf("grafana"), "working set"))
    .withTarget(over(containers.memoryLimitOf("grafana"), "limit"))
    .withTarget(over(containers.memoryAverageAndFifth("grafana"), "average + 20 %"))
    .overrideByName("limit", LIMIT),
  stacked(
    "Memory by container",
    "Working set (what cannot be freed at once) of the twelve containers that had most over the time shown.",
    "bytes",
  )
    .span(24)
    .withTarget(over(containers.memoryByContainer, "{{name}}")),
];

const disk = [
  heatmap(
    "Write latency of the disk",
    "Time from handing a write to the disk to its completion: each column is a moment, each row a latency, and the " +
      "brighter a field the more writes a second took that long. A band that climbs is a disk that cannot keep up.",
    "s",
  ).withTarget(buckets(host.writeLatency)),
  heatmap(
    "Read latency of the disk",
    "The same for reads. What comes from the page cache is not among them.",
    "s",
  ).withTarget(buckets(host.readLatency)),
  chart("Disk throughput", "Bytes a second read from and written to each disk.", "Bps")
    .span(24)
    .withTarget(over(host.diskRead, "{{device}} read"))
    .withTarget(over(host.diskWritten, "{{device}} written")),
];

const network = [
  chart(
    "Network of the prometheus container",
    "Bytes a second through the container's interfaces, headers included. It receives what it scrapes, and transmits the " +
      "requests and the answers to queries.",
    "Bps",
  )
    .withTarget(overContainers(containers.receivedBy("prometheus"), "receive"))
    .withTarget(overContainers(containers.transmittedBy("prometheus"), "transmit")),
  stacked(
    "Traffic by edge",
    "Payload a second, both ways, of the eight edges that carried most over the time shown. The dashboard Flows has the rest.",
    "Bps",
  ).withTarget(over(flows.everyEdge, "{{source}} → {{destination}}:{{destination_port}}")),
];

export const lab = dashboard({
  name: "lab",
  title: "Lab",
  description: "The host and the monitoring under load: system calls, CPU, memory, disk, network.",
  rows: [
    { title: "At a glance", panels: glance },
    { title: "System calls", panels: systemCalls },
    { title: "CPU", panels: cpu },
    { title: "Memory", panels: memory },
    { title: "Disk", panels: disk },
    { title: "Network", panels: network },
  ],
});
