/** The counters of one edge, from /metrics; absent ones are 0. */
export interface EdgeCounters {
  sent: number;
  received: number;
  open: number;
  opened: number;
  closed: number;
  failed: number;
}

export interface EdgeName {
  source: string;
  destination: string;
  port: number;
  protocol?: "tcp" | "udp";
}

const COUNTERS: Readonly<Record<string, keyof EdgeCounters>> = {
  flow_sent_bytes_total: "sent",
  flow_received_bytes_total: "received",
  flow_connections: "open",
  flow_connections_opened_total: "opened",
  flow_connections_closed_total: "closed",
  flow_connections_failed_total: "failed",
};

/** One edge as the exporter at `url` has it; undefined where there is none. */
export async function scrapeEdge(url: string, edge: EdgeName): Promise<EdgeCounters | undefined> {
  return (await scrapeEdges(url)).get(keyOf(edge));
}

/** Every edge as the exporter at `url` has it, by `keyOf`. */
export async function scrapeEdges(url: string): Promise<Map<string, EdgeCounters>> {
  const edges = new Map<string, EdgeCounters>();
  for (const line of (await scrape(url)).split("\n")) {
    const [, name = "", labels = "", value] = line.match(/^(\w+)\{(source=.*)\} (\S+)$/) ?? [];
    const counter = COUNTERS[name];
    if (!counter) continue;
    const counters = edges.get(labels) ?? { sent: 0, received: 0, open: 0, opened: 0, closed: 0, failed: 0 };
    counters[counter] = Number(value);
    edges.set(labels, counters);
  }
  return edges;
}

/** An edge's labels, as /metrics writes them. */
export function keyOf({ source, destination, port, protocol = "tcp" }: EdgeName): string {
  return `source="${source}",destination="${destination}",destination_port="${port}",protocol="${protocol}"`;
}

/** All metrics, as text. */
export async function scrape(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

/** Whether a part works, as `flow_source_up` says; undefined while it is not in use. */
export async function scrapeUp(url: string, source: string): Promise<boolean | undefined> {
  const value = (await scrape(url)).match(new RegExp(`^flow_source_up\\{flow_source="${source}"\\} ([01])$`, "m"))?.[1];
  return value === undefined ? undefined : value === "1";
}
