import type { HubbleMetrics } from "../../hubble/metrics.ts";
import type { View } from "../../view.ts";
import { type Metric, metric, type Sample } from "./definition.ts";

/** With HUBBLE_METRICS=on, and under Hubble's names: what its dashboards ask for, out of our flows. */
export const SERVED_HUBBLE_METRICS: readonly Metric[] = [
  metric(
    "hubble_flows_processed_total",
    "Events of flows: that one began, that it was refused, that it ended.",
    ["type", "subtype", "verdict", "protocol", "source", "destination"],
    of(({ flows }) => flows),
  ),
  metric(
    "hubble_tcp_flags_total",
    "Flags of TCP in events that were forwarded: SYN, FIN and RST; of each connection one of a kind, from whichever end.",
    ["flag", "family"],
    of(({ flags }) => flags),
  ),
  metric(
    "hubble_port_distribution_total",
    "Events that were forwarded to a port, answers left out.",
    ["protocol", "port"],
    of(({ ports }) => ports),
  ),
  metric(
    "hubble_flows_to_world_total",
    "Events of flows to what is not on this host, answers left out.",
    ["protocol", "verdict", "source"],
    of(({ world }) => world),
  ),
];

function of(samples: (metrics: HubbleMetrics) => Iterable<Sample>) {
  return ({ hubble }: View) => (hubble ? samples(hubble) : []);
}
