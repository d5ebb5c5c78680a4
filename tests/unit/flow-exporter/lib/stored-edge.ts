import type { EdgeReading, StoredEdge, StoredEnd } from "../../../../exporters/flow-exporter/model/stored-edge.ts";

/** Milliseconds since 1970 by the store's clock. */
export const STORE_MS = Date.UTC(2030, 0, 31, 12);

export function storedEnd(name: string, node: string, values: Partial<StoredEnd> = {}): StoredEnd {
  const none = { containerId: "", image: "", namespace: "", pod: "", service: "" };
  return { name, node, kind: name === "" ? "" : "container", ...none, ...values };
}

/** From `web` on node a to `db` on node b; all of its flows are young. */
export function storedEdge(values: Partial<StoredEdge> = {}): StoredEdge {
  const { source = storedEnd("web", "a"), destination = storedEnd("db", "b") } = values;
  const { sentBytes = 0, receivedBytes = 0, opened = 0, failed = 0 } = values;
  return {
    source,
    destination,
    halves: source.node === "" ? "server" : destination.node === "" ? "client" : "both",
    destinationPort: 5432,
    protocol: "tcp",
    ...{ sentBytes, receivedBytes, opened, failed },
    closed: 0,
    retransmits: 0,
    connections: 0,
    rttSeconds: undefined,
    lastSeenMs: STORE_MS,
    young: { sentBytes, receivedBytes, opened, failed },
    olderFlows: 0,
    ...values,
  };
}

/** Of so many seconds later. */
export function storedReading(
  edges: readonly StoredEdge[],
  seconds = 0,
  values: Partial<EdgeReading> = {},
): EdgeReading {
  return { edges, leftOut: 0, sinceMs: STORE_MS - 3_600_000, nowMs: STORE_MS + seconds * 1_000, ...values };
}
