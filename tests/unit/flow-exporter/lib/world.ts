import type { Container } from "../../../../exporters/flow-exporter/decode/containers.ts";
import { FlowRows } from "../../../../exporters/flow-exporter/decode/flow-rows.ts";
import type { ProcessRow } from "../../../../exporters/flow-exporter/decode/process-rows.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/join/flow-table.ts";
import { createWorld, type Facts, type World } from "../../../../exporters/flow-exporter/join/world.ts";
import { type SocketValues, socket } from "./rows.ts";

const HOST_NETNS = 1;
export const HOST_ADDRESS = "192.168.1.10";

/** A container id made of one digit. */
export const idOf = (digit: string) => digit.repeat(64);

export function container(name: string, values: Partial<Container> = {}): Container {
  return {
    id: idOf("0"),
    name,
    image: "image:1",
    composeProject: "",
    composeService: "",
    pod: "",
    namespace: "",
    pid: 0,
    networkMode: "bridge",
    addresses: [],
    publishedPorts: [],
    ...values,
  };
}

export function process(pid: number, values: Partial<ProcessRow> = {}): ProcessRow {
  return { pid, netns: HOST_NETNS, cgroupId: 0, cgroupName: "", comm: `process-${pid}`, ...values };
}

/**
 * A host with four containers: `web` (172.18.0.2, port 8080 published to 80) and `db` (172.18.0.3) in namespaces
 * of their own, `sidecar` in web's, `agent` in the host's. Their cgroups are 20, 30, 40 and 50.
 */
export function world(values: Partial<Facts> = {}): World {
  return createWorld({
    processes: [
      process(1, { comm: "init" }),
      process(200, { netns: 2, cgroupId: 20, cgroupName: idOf("a"), comm: "nginx" }),
      process(300, { netns: 3, cgroupId: 30, cgroupName: `docker-${idOf("b")}.scope`, comm: "postgres" }),
      process(400, { netns: 2, cgroupId: 40, cgroupName: idOf("c"), comm: "envoy" }),
      process(500, { cgroupId: 50, cgroupName: idOf("d"), comm: "agent" }),
    ],
    containers: [
      container("web", {
        id: idOf("a"),
        pid: 200,
        addresses: ["172.18.0.2"],
        publishedPorts: [{ hostPort: 8080, containerPort: 80 }],
      }),
      container("db", { id: idOf("b"), pid: 300, addresses: ["172.18.0.3", "fd00::3"] }),
      container("sidecar", { id: idOf("c"), pid: 400, networkMode: `container:${idOf("a")}` }),
      container("agent", { id: idOf("d"), pid: 500, networkMode: "host" }),
    ],
    hostAddresses: new Set([HOST_ADDRESS, "172.18.0.1"]),
    metadataVersion: 1,
    metadataUp: true,
    ...values,
  });
}

/** One read of all sockets. */
export function rows(...sockets: SocketValues[]): FlowRows {
  return new FlowRows(Buffer.concat(sockets.map(socket)));
}

/** Edges of the open flows, as "source > destination:port sent/received". */
export function edges(table: FlowTable): string[] {
  return [...table.flows].map(({ edge, sentBytes, receivedBytes }) => {
    if (!edge) return "waits";
    return `${edge.source.name} > ${edge.destination.name}:${edge.destinationPort} ${sentBytes}/${receivedBytes}`;
  });
}

/** The edges that sockets give which stay as they are: a second read ends the wait for an other end. */
export function joined(seen: World, ...sockets: SocketValues[]): string[] {
  const table = new FlowTable();
  table.update(rows(...sockets), seen);
  table.update(rows(...sockets), seen);
  return edges(table);
}
