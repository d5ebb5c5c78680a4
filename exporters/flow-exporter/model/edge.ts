import type { Endpoint } from "./endpoint.ts";

/** The port of an edge that stands for all those beyond the ports of two endpoints that have edges of their own. */
export const MANY_PORTS = "~many";

/** Who talks to whom on which port: what the counters are labelled with. */
export interface Edge {
  /** Equal for equal labels. */
  key: string;
  source: Endpoint;
  destination: Endpoint;
  destinationPort: number | typeof MANY_PORTS;
  protocol: "tcp" | "udp";
}

/** An edge; names hold no line break, so the key cannot be ambiguous. */
export function createEdge(
  source: Endpoint,
  destination: Endpoint,
  destinationPort: Edge["destinationPort"],
  protocol: Edge["protocol"],
): Edge {
  const key = `${source.name}\n${destination.name}\n${destinationPort}\n${protocol}`;
  return { key, source, destination, destinationPort, protocol };
}
