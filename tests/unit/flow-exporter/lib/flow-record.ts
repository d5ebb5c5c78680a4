import { createEndpoint } from "../../../../exporters/flow-exporter/model/endpoint.ts";
import type { FlowRecord } from "../../../../exporters/flow-exporter/model/flow-record.ts";

const SOURCE = { ...createEndpoint("web", "container"), containerId: "id-a" };
const DESTINATION = { ...createEndpoint("db", "container"), containerId: "id-b", composeService: "data" };

/** An open flow from 10.0.0.1:40000 to 10.0.0.2:80, of which the client is here. */
export function flowRecord(changes: Partial<FlowRecord> = {}): FlowRecord {
  return {
    edge: { key: "web > db:80", source: SOURCE, destination: DESTINATION, destinationPort: 80, protocol: "tcp" },
    sourceAddress: "10.0.0.1",
    sourcePort: 40_000,
    destinationAddress: "10.0.0.2",
    destinationAddressPort: 80,
    sentBytes: 100,
    receivedBytes: 200,
    retransmits: 0,
    rttSeconds: 0.001,
    state: "ESTABLISHED",
    open: true,
    failed: false,
    errno: 0,
    startNs: 5_000,
    endNs: 0,
    pid: 1,
    comm: "nginx",
    seen: "client",
    netns: 1,
    cookie: 1,
    incarnation: 0,
    work: undefined,
    ...changes,
  };
}
