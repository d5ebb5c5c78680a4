import { dashboard } from "../dashboard.ts";
import { chart, LIMIT, stacked, stat, thresholds } from "../panels.ts";
import { chosen } from "../queries/containers.ts";
import * as flows from "../queries/flows.ts";
import { over, overContainers } from "../targets.ts";
import { container } from "../variables.ts";

const NO_FLOWS = "This container has had no flow";
const NO_NETWORK = "This container has no network of its own";

const glance = [
  stat("CPU", "CPU time of the container; 100 % is one core.", "percentunit").withTarget(
    overContainers(chosen.cpuTotal, "CPU"),
  ),
  stat("Memory: working set", "What cannot be freed at once. It counts against the limit.", "bytes").withTarget(
    over(chosen.workingSet, "working set"),
  ),
  stat("Memory limit", "Above it the kernel kills the container's largest process.", "bytes")
    .noValue("none")
    .withTarget(over(chosen.memoryLimit, "limit")),
  stat("Memory used of limit", "Share of the limit that the working set takes.", "percentunit")
    .noValue("no limit")
    .thresholds(thresholds(0.8, 0.9))
    .withTarget(over(`${chosen.workingSet} / (${chosen.memoryLimit})`, "used")),
  stat("Up for", "Time since the container was started.", "s").withTarget(over(chosen.upFor, "up")),
  stat("Out of memory", "How often the kernel has killed in this container for want of memory. Should be 0.", "short")
    .thresholds(thresholds(undefined, 1))
    .withTarget(over(chosen.outOfMemory, "kills")),
].map((panel) => panel.min(0));

const resources = [
  chart(
    "CPU",
    "CPU time, in all and by whether the program or the kernel for it used it; 100 % is one core.",
    "percentunit",
  )
    .withTarget(overContainers(chosen.cpuTotal, "total"))
    .withTarget(overContainers(chosen.cpuUser, "user"))
    .withTarget(overContainers(chosen.cpuSystem, "system")),
  chart(
    "Memory",
    "Working set against the limit; anonymous memory is the program's own, the page cache is freed when it is needed.",
    "bytes",
  )
    .withTarget(over(chosen.workingSet, "working set"))
    .withTarget(over(chosen.anonymous, "anonymous"))
    .withTarget(over(chosen.pageCache, "page cache"))
    .withTarget(over(chosen.memoryLimit, "limit"))
    .overrideByName("limit", LIMIT),
  chart(
    "Disk read and write",
    "Bytes a second at the disk, as the kernel counts them for the container, and as its processes caused them. With " +
      "cgroup v1 only writes that are synced count for the container; what its processes caused shows the rest.",
    "Bps",
  )
    .withTarget(overContainers(chosen.diskRead, "read"))
    .withTarget(overContainers(chosen.diskWritten, "written"))
    .withTarget(overContainers(chosen.causedReads, "caused: read"))
    .withTarget(overContainers(chosen.causedWrites, "caused: written")),
  chart(
    "Page faults",
    "Faults a second: pgfault counts all, which is cheap and normal; pgmajfault those that had to read from a disk, " +
      "which is slow: it means too little memory, or a program that has just started.",
    "ops",
  ).withTarget(overContainers(chosen.pageFaults, "{{failure_type}}")),
];

const network = [
  chart("Network", "Bytes a second through the container's interfaces, headers included.", "Bps")
    .span(24)
    .noValue(NO_NETWORK)
    .withTarget(overContainers(chosen.received, "receive"))
    .withTarget(overContainers(chosen.transmitted, "transmit")),
  stacked(
    "Flows out",
    "Payload a second that the container sends, by peer and port, whoever opened the connection.",
    "Bps",
  )
    .noValue(NO_FLOWS)
    .withTarget(overContainers(flows.sentByPeer, "to {{peer}}, port {{destination_port}}")),
  stacked(
    "Flows in",
    "Payload a second that the container receives, by peer and port, whoever opened the connection.",
    "Bps",
  )
    .noValue(NO_FLOWS)
    .withTarget(overContainers(flows.receivedByPeer, "from {{peer}}, port {{destination_port}}")),
  chart("Open connections", "Established now, by edge.", "short")
    .span(24)
    .noValue(NO_FLOWS)
    .withTarget(over(flows.openByPeer, "{{source}} → {{destination}}:{{destination_port}}")),
];

export const containerDashboard = dashboard({
  name: "container",
  title: "Container",
  description: "One container: what it uses, and whom it talks to, on one time axis.",
  variables: [container],
  rows: [
    { title: "At a glance", panels: glance },
    { title: "CPU, memory, disk", panels: resources },
    { title: "Network and flows", panels: network },
  ],
});
