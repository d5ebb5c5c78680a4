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

/** One edge as the exporter at `url` has it; undefined where there is none. */
export async function scrapeEdge(url: string, edge: EdgeName): Promise<EdgeCounters | undefined> {
  const { source, destination, port, protocol = "tcp" } = edge;
  const lines = (await scrape(url)).split("\n");
  const ends = `source="${source}",destination="${destination}"`;
  const labels = `{${ends},destination_port="${port}",protocol="${protocol}"} `;
  const value = (name: string) =>
    Number(lines.find((line) => line.startsWith(name + labels))?.slice((name + labels).length) ?? 0);
  if (!lines.some((line) => line.startsWith(`flow_sent_bytes_total${labels}`))) return undefined;
  return {
    sent: value("flow_sent_bytes_total"),
    received: value("flow_received_bytes_total"),
    open: value("flow_connections"),
    opened: value("flow_connections_opened_total"),
    closed: value("flow_connections_closed_total"),
    failed: value("flow_connections_failed_total"),
  };
}

/** All metrics, as text. */
export async function scrape(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}
