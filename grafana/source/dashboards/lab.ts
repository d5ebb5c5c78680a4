import { dashboard } from "../dashboard.ts";
import { chart, DASHED, heatmap, limited, stacked, stat, thresholds } from "../panels.ts";
import * as containers from "../queries/containers.ts";
import * as flows from "../queries/flows.ts";
import * as host from "../queries/host.ts";
import { buckets, over, overContainers } from "../targets.ts";

const NO_PMU = "No LLC misses: this CPU offers no hardware performance counters (PMU)";
const NO_GRAFANA = "Grafana is not running on this host: its image was not found";

const glance = [
  stat(
    "Host CPU",
    "Share of CPU time that is not idle, over all cores. 100 % means that every core is busy.",
    "percentunit",
  )
    .min(0)
    .max(1)
    .thresholds(thresholds(0.8, 0.95))
    .withTarget(over(host.cpuUtilisation, "busy")),
  stat(
    "Host memory",
    "Share of memory that is not available to programs; caches that can be freed count as available.",
    "percentunit",
  )
    .min(0)
    .max(1)
    .thresholds(thresholds(0.8, 0.95))
    .withTarget(over(host.memoryUtilisation, "used")),
  stat("Disk busy", "Share of time during which the busiest disk had at least one request in progress.", "percentunit")
    .min(0)
    .max(1)
    .thresholds(thresholds(0.8, 0.95))
    .withTarget(over(host.diskBusy, "busy")),
  stat("Fullest file system", "Used share of the fullest file system on a real disk.", "percentunit")
    .min(0)
    .max(1)
    .thresholds(thresholds(0.8, 0.9))
    .withTarget(over(host.fullestFileSystem, "used")),
  stat("Containers", "Running containers, including the monitoring's own.", "short").withTarget(
    over(containers.running, "running"),
  ),
  stat("Open connections", "Established TCP connections and UDP flows that are not idle.", "short").withTarget(
    over(flows.everyOpenConnection, "{{protocol}}"),
  ),
];

const systemCalls = [
  stacked(
    "Read system calls",
    "Read system calls per second on the whole host, by name. They are counted when the call is made, whether or not the " +
      "disk is involved: reading a file from the page cache counts too.",
    "ops",
  ).withTarget(over(host.readCalls, "{{syscall}}")),
  stacked(
    "Write system calls",
    "Write system calls per second on the whole host, by name. The data reaches the disk later, unless it is synced: " +
      "compare with the write latency below.",
    "ops",
  ).withTarget(over(host.writeCalls, "{{syscall}}")),
];

const cpu = [
  stacked(
    "Host CPU utilisation",
    "CPU time of all cores by mode; the rest up to 100 % is idle. High iowait means that programs are waiting for a disk.",
    "percentunit",
  )
    .max(1)
    .withTarget(over(host.cpuByMode, "{{mode}}")),
  chart(
    "CPU of prometheus and grafana",
    "CPU time of these two containers; 100 % is one core. Grafana's line is missing if Grafana is not running.",
    "percentunit",
  )
    .withTarget(overContainers(containers.cpuOf("prometheus"), "prometheus"))
    .withTarget(overContainers(containers.cpuOf("grafana"), "grafana")),
  stacked(
    "CPU by container",
    "CPU time of the twelve containers that used the most in the time range shown; 100 % is one core.",
    "percentunit",
  ).withTarget(overContainers(containers.cpuByContainer, "{{name}}")),
  chart(
    "LLC misses",
    "Last-level cache misses per second by CPU, extrapolated from samples: each one waits for main memory. Needs a CPU " +
      "with hardware performance counters, which many virtual machines hide.",
    "short",
  )
    .noValue(NO_PMU)
    .withTarget(over(host.llcMisses, "CPU {{cpu}}")),
];

const memory = [
  chart(
    "Host memory utilisation",
    "Share of the host's memory that is not available to programs. Above the red line the kernel may start to kill " +
      "processes.",
    "percentunit",
  )
    .max(1)
    .thresholds(thresholds(0.8, 0.95))
    .thresholdsStyle(DASHED)
    .withTarget(over(host.memoryUtilisation, "used")),
  limited(
    chart(
      "Memory of grafana",
      "Working set of the container, its limit, and the limit that `npm run tune` would set: the average over the time range " +
        "shown plus 20 %. If the working set exceeds the limit, the kernel kills Grafana.",
      "bytes",
    )
      .noValue(NO_GRAFANA)
      .withTarget(over(containers.memoryOf("grafana"), "working set"))
      .withTarget(over(containers.memoryAverageAndFifth("grafana"), "average + 20 %")),
    containers.memoryLimitOf("grafana"),
  ),
  stacked(
    "Memory by container",
    "Working set (memory that cannot be freed immediately) of the twelve containers that used the most in the time range shown.",
    "bytes",
  )
    .span(24)
    .withTarget(over(containers.memoryByContainer, "{{name}}")),
];

const disk = [
  heatmap(
    "Write latency of the disk",
    "Time from issuing a write to the disk until its completion: each column is a point in time, each row a latency, and " +
      "the brighter a cell, the more writes per second took that long. A rising band means that the disk cannot keep up.",
    "s",
  ).withTarget(buckets(host.writeLatency)),
  heatmap(
    "Read latency of the disk",
    "The same for reads. Reads from the page cache are not included.",
    "s",
  ).withTarget(buckets(host.readLatency)),
  chart("Disk throughput", "Bytes per second read from and written to each disk.", "Bps")
    .span(24)
    .withTarget(over(host.diskRead, "{{device}} read"))
    .withTarget(over(host.diskWritten, "{{device}} written")),
];

const network = [
  chart(
    "Network of the prometheus container",
    "Bytes per second through the container's interfaces, including headers. It receives what it scrapes, and sends its " +
      "requests and the results of queries.",
    "Bps",
  )
    .withTarget(overContainers(containers.receivedBy("prometheus"), "received"))
    .withTarget(overContainers(containers.transmittedBy("prometheus"), "sent")),
  stacked(
    "Traffic by edge",
    "Payload per second, in both directions, of the eight edges that carried the most in the time range shown. The Flows " +
      "dashboard has the rest.",
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
