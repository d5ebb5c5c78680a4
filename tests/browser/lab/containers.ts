import type { Container, Graph, GraphLink, GraphNode } from "../../../exporters/console/api/types.ts";

/** The containers of a graph on the node that answers, at work for so many seconds. */
export function containersOf({ scope, nodes, links }: Graph, seconds: number): Container[] {
  return nodes
    .filter(({ kind, node }) => kind === "container" && node === scope.node)
    .map((node, index) => ({
      ...conditionAt(node, index),
      id: node.container_id,
      name: node.name,
      endpoint: node.name,
      image: node.image,
      compose_project: node.compose_project,
      compose_service: node.compose_service,
      pod: "",
      namespace: "",
      services: node.services,
      pod_owner: node.pod_owner,
      network_mode: "bridge",
      addresses: [`172.18.0.${index + 2}`],
      published_ports: index === 0 ? [{ protocol: "tcp", host_port: 8080, container_port: 80 }] : [],
      started_at: "2030-01-31T12:00:00Z",
      sent_bytes: node.sent_bytes,
      received_bytes: node.received_bytes,
      cpu_seconds: 100 + seconds * 0.03 * index,
      read_bytes: 1e6 * index,
      written_bytes: 2e6 * index + seconds * 10_000 * index,
      resident_bytes: 12e6 * (index + 1),
      per_second: links.some(({ per_second, origins }) => per_second === null && origins.includes("kernel"))
        ? null
        : {
            ...trafficOf(node.id, links),
            cpu_seconds: 0.03 * index,
            read_bytes: 0,
            written_bytes: 10_000 * index,
          },
    }));
}

/** That of its node where it crashes again and again; of the others by their places. */
function conditionAt({ restarts, uptime_seconds }: GraphNode, index: number) {
  if (restarts > 0) return { state: "running", health: "", restarts, uptime_seconds };
  return {
    state: index === 5 ? "paused" : "running",
    health: index === 1 ? "unhealthy" : index % 2 === 0 ? "healthy" : "",
    restarts: index === 1 ? 4 : 0,
    uptime_seconds: 3600 * (index + 1) ** 2,
  };
}

/** What an endpoint sends and receives per second over all its links. */
function trafficOf(id: string, links: readonly GraphLink[]) {
  const traffic = { sent_bytes: 0, received_bytes: 0 };
  for (const { source, destination, per_second: rates } of links) {
    if (!rates) continue;
    if (source === id) traffic.sent_bytes += rates.sent_bytes;
    if (source === id) traffic.received_bytes += rates.received_bytes;
    if (destination === id) traffic.sent_bytes += rates.received_bytes;
    if (destination === id) traffic.received_bytes += rates.sent_bytes;
  }
  return traffic;
}
