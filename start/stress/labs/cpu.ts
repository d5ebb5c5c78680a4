import type { Lab } from "../lab.ts";
import { runStressNg } from "../stress-ng.ts";

export const cpu: Lab = {
  about: ({ workers }) =>
    `${workers === 1 ? "one busy process" : `${workers} busy processes`}, leaving one core free if there are two`,
  stressNg: true,
  jobs: ["cadvisor", "node-exporter"],
  measures: () => [
    {
      title: "CPU of the container",
      unit: "cores",
      kind: "counter",
      selector: 'container_cpu_usage_seconds_total{name="flowtally-stress-cpu"}',
      // Nothing else runs in that container; on a busy machine the load steps back for others.
      least: 0.05,
    },
    {
      title: "CPU of the host",
      unit: "cores",
      kind: "counter",
      selector: 'node_cpu_seconds_total{mode!~"idle|iowait"}',
    },
  ],
  run: (bench, seconds) => runStressNg(bench, "cpu", ["--cpu", String(bench.bounds.workers)], seconds),
};
