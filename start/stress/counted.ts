import type { Prometheus } from "../stack/prometheus.ts";
import type { Made } from "./lab.ts";
import { EDGE } from "./peers.ts";
import { type Phase, riseIn } from "./phases.ts";

/** What the stack counted on the edge of the load's two containers since the load began. */
export async function countedOn(prometheus: Prometheus, { from }: Phase): Promise<Made> {
  const now = Date.now() / 1000;
  // The edge's own counters stand still before the load, so it does not matter how long before.
  const since = { from: from - 5, to: now };
  const rise = async (metric: string) =>
    riseIn(await prometheus.history(`${metric}${EDGE}`, Math.ceil(now - from) + 60), since);
  return {
    connections: Math.round((await rise("flow_connections_opened_total")) ?? 0),
    sentBytes: Math.round((await rise("flow_sent_bytes_total")) ?? 0),
  };
}
