import type { Lab } from "../lab.ts";
import { EDGE, runPeers } from "../peers.ts";

export const flows: Lab = {
  about: () => "one container opens up to 200 connections a second to another, with a kilobyte each way",
  stressNg: false,
  jobs: ["flow-exporter"],
  measures: () => [
    {
      title: "connections opened",
      unit: "per second",
      kind: "counter",
      selector: `flow_connections_opened_total${EDGE}`,
      least: 10,
    },
    {
      title: "connections closed",
      unit: "per second",
      kind: "counter",
      selector: `flow_connections_closed_total${EDGE}`,
      least: 10,
    },
    {
      title: "payload sent",
      unit: "bytes per second",
      kind: "counter",
      selector: `flow_sent_bytes_total${EDGE}`,
      least: 10_000,
    },
    {
      title: "payload received",
      unit: "bytes per second",
      kind: "counter",
      selector: `flow_received_bytes_total${EDGE}`,
      least: 10_000,
    },
  ],
  run: (bench, seconds) => runPeers(bench, "brief", seconds),
};
