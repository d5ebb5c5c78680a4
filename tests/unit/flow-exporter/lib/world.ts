import { containerIdIn } from "../../../../exporters/flow-exporter/metadata/container-cgroups.ts";
import { Namespaces } from "../../../../exporters/flow-exporter/metadata/namespaces.ts";
import { ProcessHistory } from "../../../../exporters/flow-exporter/metadata/process-history.ts";
import { Tenures } from "../../../../exporters/flow-exporter/metadata/tenures.ts";
import { createWorld, type Facts, type World } from "../../../../exporters/flow-exporter/metadata/world.ts";
import type { Container } from "../../../../exporters/flow-exporter/model/container.ts";
import { byPid, type ProcessRow } from "../../../../exporters/flow-exporter/model/process.ts";
import { PROTOCOL } from "../../../../exporters/flow-exporter/model/socket.ts";
import type { Closed } from "../../../../exporters/flow-exporter/sources/kernel/pins/closed-intake.ts";
import { ClosedRows } from "../../../../exporters/flow-exporter/sources/kernel/rows/closed-rows.ts";
import { FlowRows } from "../../../../exporters/flow-exporter/sources/kernel/rows/flow-rows.ts";
import { takeCounts } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import { closedRow, type End, type SocketValues, socket } from "./rows.ts";

const HOST_NETNS = 1;
/** Of Docker's proxy. */
export const PROXY_PID = 900;
export const ENGINE_PID = 901;
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
    hostPaths: [],
    ...values,
  };
}

export function process(pid: number, values: Partial<ProcessRow> = {}): ProcessRow {
  return {
    pid,
    parentPid: 0,
    netns: HOST_NETNS,
    netnsCookie: 0,
    cgroupId: 0,
    cgroupName: "",
    comm: `process-${pid}`,
    startNs: 0,
    cpuNs: 0,
    readBytes: 0,
    writtenBytes: 0,
    minorFaults: 0,
    majorFaults: 0,
    residentBytes: 0,
    ...values,
  };
}

/** Facts, as far as a test gives them; the processes in a list, as they are read. */
export type Given = Partial<Omit<Facts, "processes">> & { processes?: readonly ProcessRow[] };

/**
 * A host with four containers: `web` (172.18.0.2, port 8080 published to 80) and `db` (172.18.0.3) in namespaces
 * of their own, `sidecar` in web's, `agent` in the host's. Their cgroups are 20, 30, 40 and 50.
 */
export function world(values: Given = {}): World {
  const processes = values.processes ?? [
    process(1, { comm: "init" }),
    process(200, { netns: 2, cgroupId: 20, cgroupName: idOf("a"), comm: "nginx" }),
    process(300, { netns: 3, cgroupId: 30, cgroupName: `docker-${idOf("b")}.scope`, comm: "postgres" }),
    process(400, { netns: 2, cgroupId: 40, cgroupName: idOf("c"), comm: "envoy" }),
    process(500, { cgroupId: 50, cgroupName: idOf("d"), comm: "agent" }),
  ];
  const containers = values.containers ?? [
    container("web", {
      id: idOf("a"),
      pid: 200,
      addresses: ["172.18.0.2"],
      publishedPorts: [{ protocol: PROTOCOL.tcp, hostPort: 8080, containerPort: 80 }],
      condition: { state: "running", health: "healthy", restarts: 3, startedAt: "2030-01-31T12:00:00Z" },
    }),
    container("db", { id: idOf("b"), pid: 300, addresses: ["172.18.0.3", "fd00::3"] }),
    container("sidecar", { id: idOf("c"), pid: 400, networkMode: `container:${idOf("a")}` }),
    container("agent", { id: idOf("d"), pid: 500, networkMode: "host" }),
  ];
  const startOf = ({ pid }: Container) => processes.find((one) => one.pid === pid)?.startNs;
  const tenures = new Tenures(300e9);
  tenures.update(containers, values.goneContainers ?? [], startOf, 0);
  return createWorld({
    tenures,
    namespaces: new Namespaces(() => undefined),
    containers,
    cgroups: cgroupsOf(processes),
    areCgroupsComplete: false,
    proxies: new Set([PROXY_PID]),
    engines: new Set([ENGINE_PID]),
    hostAddresses: new Set([HOST_ADDRESS, "172.18.0.1"]),
    history: new ProcessHistory(),
    nowNs: 0,
    metadataVersion: 1,
    metadataUp: true,
    ...values,
    processes: byPid(processes),
  });
}

/** The container each cgroup is of, where all names are the engine's. */
function cgroupsOf(processes: readonly ProcessRow[]): Map<number, string> {
  return new Map(processes.map(({ cgroupId, cgroupName }) => [cgroupId, containerIdIn(cgroupName) ?? ""]));
}

/** What has closed, in this order. */
export function closed(...ended: [SocketValues, End][]): Closed[] {
  const rows = new ClosedRows(Buffer.concat(ended.map(([values, end]) => closedRow(values, end))));
  return [{ rows, indexes: ended.map((_, index) => index) }];
}

/** One read of all sockets. */
export function rows(...sockets: SocketValues[]): FlowRows {
  return new FlowRows(Buffer.concat(sockets.map(socket)));
}

/** Edges of the open flows, as "source > destination:port sent/received"; "relay" where they do not count. */
export function edges(table: FlowTable): string[] {
  return [...table.flows].map((flow) => {
    takeCounts(flow);
    const { edge, relay, counted } = flow;
    if (!edge) return "waits";
    const { sentBytes, receivedBytes } = counted;
    const ends = `${edge.source.name} > ${edge.destination.name}:${edge.destinationPort}`;
    return `${ends} ${sentBytes}/${receivedBytes}${relay ? " relay" : ""}`;
  });
}

/** The edges that sockets give which stay as they are: a second read ends the wait for an other end. */
export function joined(seen: World, ...sockets: SocketValues[]): string[] {
  const table = new FlowTable();
  table.update(rows(...sockets), seen);
  table.update(rows(...sockets), seen);
  return edges(table);
}
