import assert from "node:assert/strict";
import type { Prometheus } from "../../../start/stack/prometheus.ts";

export interface EdgeReading {
  sent: number | undefined;
  received: number | undefined;
  /** Connections established now; 0 where the series is gone. */
  open: number;
}

/** What Prometheus knows of one edge. */
export async function edgeOf(
  prometheus: Prometheus,
  source: string,
  destination: string,
  port: number,
  protocol: "tcp" | "udp" = "tcp",
): Promise<EdgeReading> {
  const labels = `{source="${source}",destination="${destination}",destination_port="${port}",protocol="${protocol}"}`;
  const single = async (metric: string) => {
    const series = await prometheus.query(`${metric}${labels}`);
    assert.ok(series.length <= 1, `${metric}${labels} gave ${series.length} series`);
    return series[0]?.value;
  };
  const [sent, received, open] = await Promise.all([
    single("flow_sent_bytes_total"),
    single("flow_received_bytes_total"),
    single("flow_connections"),
  ]);
  return { sent, received, open: open ?? 0 };
}
