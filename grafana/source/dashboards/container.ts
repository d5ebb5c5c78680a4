import { dashboard } from "../dashboard.ts";
import { chart, limited, stacked, stat, thresholds } from "../panels.ts";
import { chosen } from "../queries/containers.ts";
import * as flows from "../queries/flows.ts";
import { over, overContainers } from "../targets.ts";
import { container } from "../variables.ts";

const NO_FLOWS = "This container has had no flows";
const NO_NETWORK = "This container has no network of its own";

const glance = [
  stat("CPU", "CPU time of the container; 100 % is one core.", "percentunit").withTarget(
    overContainers(chosen.cpuTotal, "CPU"),
  ),
  stat("Working set", "Memory that cannot be freed immediately. It counts against the limit.", "bytes").withTarget(
    over(chosen.workingSet, "working set"),
  ),
  stat("Memory limit", "Above it the kernel kills the largest process of the container.", "bytes")
    .noValue("none")
    .withTarget(over(chosen.memoryLimit, "limit")),
  stat("Limit used", "Working set as a share of the limit.", "percentunit")
    .noValue("no limit")
    .thresholds(thresholds(0.8, 0.9))
    .withTarget(over(`${chosen.workingSet} / (${chosen.memoryLimit})`, "used")),
  stat("Uptime", "Time since the container was started.", "s").withTarget(over(chosen.upFor, "up")),
  stat(
    "OOM kills",
    "Number of times the kernel has killed processes of this container because it was out of memory. Should be 0.",
    "short",
  )
    .thresholds(thresholds(undefined, 1))
    .withTarget(over(chosen.outOfMemory, "kills")),
].map((panel) => panel.min(0));

const resources = [
  chart(
    "CPU",
    "CPU time in total, in user mode (the program itself) and in system mode (the kernel on its behalf); 100 % is one core.",
    "percentunit",
  )
    .withTarget(overContainers(chosen.cpuTotal, "total"))
    .withTarget(overContainers(chosen.cpuUser, "user"))
    .withTarget(overContainers(chosen.cpuSystem, "system")),
  limited(
    chart(
      "Memory",
      "Working set and its limit; anonymous memory is the program's own, the page cache is freed when memory is needed. The " +
        "scale follows what is used: a limit far above it is not drawn.",
      "bytes",
    )
      .withTarget(over(chosen.workingSet, "working set"))
      .withTarget(over(chosen.anonymous, "anonymous"))
      .withTarget(over(chosen.pageCache, "page cache")),
    chosen.memoryLimit,
  ),
  chart(
    "Disk read and write",
    "Bytes per second at the disk, as the kernel attributes them to the container, and as its processes caused them. With " +
      "cgroup v1 only synced writes are attributed to the container; the bytes caused by its processes show the rest.",
    "Bps",
  )
    .withTarget(overContainers(chosen.diskRead, "read"))
    .withTarget(overContainers(chosen.diskWritten, "written"))
    .withTarget(overContainers(chosen.causedReads, "read, caused by processes"))
    .withTarget(overContainers(chosen.causedWrites, "written, caused by processes")),
  chart(
    "Page faults",
    "Faults per second: pgfault counts all of them, which are cheap and normal; pgmajfault those that had to read from " +
      "disk, which are slow: a sign of too little memory, or of a program that has just started.",
    "ops",
  ).withTarget(overContainers(chosen.pageFaults, "{{failure_type}}")),
];

const network = [
  chart("Network", "Bytes per second through the container's interfaces, including headers.", "Bps")
    .span(24)
    .noValue(NO_NETWORK)
    .withTarget(overContainers(chosen.received, "received"))
    .withTarget(overContainers(chosen.transmitted, "sent")),
  stacked(
    "Flows out",
    "Payload per second that the container sends, by peer and port, whichever side opened the connection.",
    "Bps",
  )
    .noValue(NO_FLOWS)
    .withTarget(overContainers(flows.sentByPeer, "to {{peer}}, port {{destination_port}}")),
  stacked(
    "Flows in",
    "Payload per second that the container receives, by peer and port, whichever side opened the connection.",
    "Bps",
  )
    .noValue(NO_FLOWS)
    .withTarget(overContainers(flows.receivedByPeer, "from {{peer}}, port {{destination_port}}")),
  chart("Open connections", "Currently established, by edge.", "short")
    .span(24)
    .noValue(NO_FLOWS)
    .withTarget(over(flows.openByPeer, "{{source}} → {{destination}}:{{destination_port}}")),
];

export const containerDashboard = dashboard({
  name: "container",
  title: "Container",
  description: "One container: the resources it uses and the peers it talks to, on one time axis.",
  variables: [container],
  rows: [
    { title: "At a glance", panels: glance },
    { title: "CPU, memory, disk", panels: resources },
    { title: "Network and flows", panels: network },
  ],
});
