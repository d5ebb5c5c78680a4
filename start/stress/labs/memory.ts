import type { Lab } from "../lab.ts";
import { runStressNg } from "../stress-ng.ts";

const MEBIBYTE = 2 ** 20;

export const memory: Lab = {
  about: ({ memoryBytes }) => `one process allocates ${memoryBytes / MEBIBYTE} MiB and holds on to it`,
  stressNg: true,
  jobs: ["cadvisor", "node-exporter"],
  // cAdvisor reads a container's memory every 5 to 10 s.
  leastSeconds: 15,
  measures: ({ memoryBytes }) => [
    {
      title: "memory of the container",
      unit: "bytes",
      kind: "gauge",
      selector: 'container_memory_working_set_bytes{name="flowtally-stress-memory"}',
      least: memoryBytes / 2,
    },
    {
      title: "anonymous memory of the host",
      unit: "bytes",
      kind: "gauge",
      selector: "node_memory_AnonPages_bytes",
    },
    {
      title: "page faults of the container",
      unit: "per second",
      kind: "counter",
      selector:
        'container_memory_failures_total{name="flowtally-stress-memory",failure_type="pgfault",scope="container"}',
    },
  ],
  run: (bench, seconds) => {
    const size = `${bench.bounds.memoryBytes / MEBIBYTE}M`;
    return runStressNg(bench, "memory", ["--vm", "1", "--vm-bytes", size, "--vm-keep", "--vm-hang", "0"], seconds);
  },
};
