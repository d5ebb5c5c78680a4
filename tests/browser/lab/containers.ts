import type { Container, Graph } from "../../../exporters/console/api/types.ts";

/** The containers of a graph, at work for so many seconds. */
export function containersOf({ nodes }: Graph, seconds: number): Container[] {
  return nodes
    .filter(({ kind }) => kind === "container")
    .map((node, index) => ({
      id: node.container_id,
      name: node.id,
      endpoint: node.id,
      image: node.image,
      compose_project: node.compose_project,
      compose_service: node.compose_service,
      pod: "",
      namespace: "",
      network_mode: "bridge",
      addresses: [`172.18.0.${index + 2}`],
      published_ports: index === 0 ? [{ protocol: "tcp", host_port: 8080, container_port: 80 }] : [],
      sent_bytes: node.sent_bytes,
      received_bytes: node.received_bytes,
      cpu_seconds: 100 + seconds * 0.03 * index,
      read_bytes: 1e6 * index,
      written_bytes: 2e6 * index + seconds * 10_000 * index,
      resident_bytes: 12e6 * (index + 1),
    }));
}
