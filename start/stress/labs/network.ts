import type { Lab } from "../lab.ts";
import { CLIENT_CONTAINER, EDGE, runPeers } from "../peers.ts";

const MIN_RATE = 1_000_000;

export const network: Lab = {
  about: () => "one container sends to another as fast as it can, over two connections",
  stressNg: false,
  jobs: ["flow-exporter", "cadvisor"],
  measures: () => [
    {
      title: "payload between the two",
      unit: "bytes per second",
      kind: "counter",
      selector: `flow_sent_bytes_total${EDGE}`,
      least: MIN_RATE,
    },
    {
      title: "sent by the container",
      unit: "bytes per second",
      kind: "counter",
      selector: `container_network_transmit_bytes_total${CLIENT_CONTAINER}`,
      least: MIN_RATE,
    },
    {
      title: "CPU of the container",
      unit: "cores",
      kind: "counter",
      selector: `container_cpu_usage_seconds_total${CLIENT_CONTAINER}`,
    },
  ],
  run: (bench, seconds) => runPeers(bench, "bulk", seconds),
};
