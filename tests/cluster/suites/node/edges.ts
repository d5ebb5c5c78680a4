import assert from "node:assert/strict";
import { ANSWERED, SENT } from "../../lib/workload.ts";

/** What an exporter has counted between two endpoints, in all. */
export interface Edge {
  source: string;
  destination: string;
  port: string;
  sent: number;
  received: number;
  opened: number;
  closed: number;
}

const COUNTERS = {
  flow_sent_bytes_total: "sent",
  flow_received_bytes_total: "received",
  flow_connections_opened_total: "opened",
  flow_connections_closed_total: "closed",
} as const;

/** The edges of TCP that an exporter shows. */
export async function edgesOf(exporter: string): Promise<Edge[]> {
  const response = await fetch(`${exporter}/metrics`, { signal: AbortSignal.timeout(10_000) });
  assert.equal(response.status, 200);
  const edges = new Map<string, Edge>();
  for (const line of (await response.text()).split("\n")) {
    const [, name = "", labels = "", value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    const counter = COUNTERS[name as keyof typeof COUNTERS];
    if (counter === undefined || !labels.includes('protocol="tcp"')) continue;
    const { source = "", destination = "", destination_port: port = "" } = labelsOf(labels);
    const nothing = { source, destination, port, sent: 0, received: 0, opened: 0, closed: 0 };
    const edge = edges.get(labels) ?? nothing;
    edges.set(labels, { ...edge, [counter]: Number(value) });
  }
  return [...edges.values()];
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
}

/** What an edge must have after so many connections of the workload, to the byte. */
export function carried(count: number): Omit<Edge, "source" | "destination" | "port"> {
  return { sent: count * SENT, received: count * ANSWERED, opened: count, closed: count };
}
