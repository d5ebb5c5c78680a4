import { readFileSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { type Exporter, startExporter } from "../../../exporters/flow-exporter/exporter.ts";
import type { DockerReader } from "../../../exporters/flow-exporter/metadata/docker/reader.ts";
import { createHost } from "../../../exporters/flow-exporter/metadata/host/host.ts";
import { readSettings } from "../../../exporters/flow-exporter/settings.ts";
import { createTracer, type Tracer } from "../../../exporters/flow-exporter/sources/kernel/pins/tracer.ts";
import {
  CLOSED_ROW,
  FLOW_ROW,
  PROCESS_ROW,
  UDP_ROW,
} from "../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { silent } from "../../unit/flow-exporter/lib/log.ts";
import { ADDRESS, type Network, type NodeName } from "./network.ts";

export interface NodeOptions {
  network: Network;
  node: NodeName;
  pins: string;
  /** Of this node alone. */
  folder: string;
  store: string;
  /** Whether the kernel's table of connections is to be seen. */
  seesConntrack?: boolean;
}

/** The exporter of one of the machines: it is shown nothing but the sockets of its own namespaces, and its own table of connections. */
export async function startNode({
  network,
  node,
  pins,
  folder,
  store,
  seesConntrack = true,
}: NodeOptions): Promise<Exporter> {
  const proc = path.join(folder, "proc");
  await mkdir(proc, { recursive: true });
  if (seesConntrack) await symlink(`/proc/${network.pidIn(node)}`, path.join(proc, "1"));
  const env = { FLOW_PORT: "0", FLOW_LISTEN: "127.0.0.1", FLOW_UDP: "on", FLOW_REFRESH_SECONDS: "1" };
  const own = { FLOW_STATE: folder, FLOW_STORE: store, FLOW_NODE: `node-${node}`, FLOW_PROC: proc };
  const sources = {
    tracer: seeingOnly(createTracer(pins), await network.inodesOf(node)),
    docker: engineOf(network, node),
    host: { ...createHost("/proc"), netFile: (name: string) => textOf(network.pidIn(node), name) },
  };
  return startExporter(readSettings({ ...env, ...own }), sources, silent as never);
}

/** An engine with one container, which has the address that it has. */
function engineOf(network: Network, node: NodeName): DockerReader {
  const info = {
    Id: node.repeat(64),
    Names: [`/workload-${node}`],
    Image: `workload-${node}:1`,
    State: "running",
    Status: "Up",
    Labels: {},
    NetworkSettings: { Networks: { bridge: { IPAddress: ADDRESS[node].pod } } },
    Ports: [],
    Mounts: [],
  };
  const inspected = { pid: network.pidIn(`pod-${node}`), restarts: 0, startedAt: "2030-01-01T00:00:00Z" };
  return { list: async () => [{ info: info as never, inspected }], overlays: async () => [], watch: untilStopped };
}

function untilStopped(_onEvent: unknown, onOpen: () => void, signal: AbortSignal): Promise<void> {
  onOpen();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

/** Sockets of other namespaces are another machine's. Their ends are acknowledged along with its own. */
function seeingOnly(tracer: Tracer, inodes: ReadonlySet<number>): Tracer {
  let cookies = new Set<bigint>();
  const processes = () => {
    const rows = tracer.processes();
    const own = rowsOf(rows, PROCESS_ROW.size).filter((row) =>
      inodes.has(row.readUInt32LE(PROCESS_ROW.fields.netns.at)),
    );
    cookies = new Set(own.map((row) => row.readBigUInt64LE(PROCESS_ROW.fields.netns_cookie.at)));
    return rows;
  };
  const own = (bytes: Uint8Array, size: number) =>
    new Uint8Array(
      Buffer.concat(
        rowsOf(bytes, size).filter(
          (row) =>
            inodes.has(row.readUInt32LE(FLOW_ROW.fields.netns.at)) ||
            cookies.has(row.readBigUInt64LE(FLOW_ROW.fields.netns_cookie.at)),
        ),
      ),
    );
  return {
    ...tracer,
    processes,
    live: () => own(tracer.live(), FLOW_ROW.size),
    closed: () => own(tracer.closed(), CLOSED_ROW.size),
    udp: () => own(tracer.udp(), UDP_ROW.size),
  };
}

function rowsOf(bytes: Uint8Array, size: number): Buffer[] {
  const all = Buffer.from(bytes);
  return Array.from({ length: all.length / size }, (_, index) => all.subarray(index * size, (index + 1) * size));
}

function textOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/net/${name}`, "utf8");
  } catch {
    return "";
  }
}
