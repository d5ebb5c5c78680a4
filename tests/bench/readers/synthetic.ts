import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { STATUS } from "../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { closedRow, type SocketValues, socket, statusRow } from "../../unit/flow-exporter/lib/rows.ts";

const PORTS = 50;
const FIRST_PORT = 10_000;
const UPTIME_SECONDS = 1_000;
const HEALTHY = {
  heartbeat_ns: UPTIME_SECONDS * 1e9,
  flags: STATUS.processes | STATUS.owners | STATUS.programs,
};

/** Folders that stand in for a tracer's pins and for /proc. */
export interface SyntheticHost {
  pins: string;
  proc: string;
}

/**
 * Files in place of pins that hand over one open and one closed connection on each of `edges` edges, from some
 * processes to many ports outside, and a `/proc` whose time stands still at the tracer's last heartbeat.
 */
export async function createSyntheticHost(folder: string, edges: number): Promise<SyntheticHost> {
  const host = { pins: path.join(folder, "pins"), proc: path.join(folder, "proc") };
  const files = {
    ...Object.fromEntries(EMPTY_PINS.map((pin) => [path.join(host.pins, pin), Buffer.alloc(0)])),
    [path.join(host.pins, "status")]: statusRow({ ...HEALTHY, live_rows: edges }),
    [path.join(host.pins, "live")]: rowsOf(edges, (edge) => socket(connection(edge, edge + 1))),
    [path.join(host.pins, "closed")]: rowsOf(edges, (edge) => closedRow(connection(edge, edges + edge + 1), end(edge))),
    [path.join(host.proc, "uptime")]: `${UPTIME_SECONDS}.00 0.00\n`,
    [path.join(host.proc, "sys/kernel/random/boot_id")]: "00000000-0000-4000-8000-000000000000\n",
  };
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return host;
}

const EMPTY_PINS = ["snapshot", "owners", "processes", "closed_ack", "udp", "udp_ack", "programs", "cgroups"];

function rowsOf(edges: number, row: (edge: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: edges }, (_, edge) => row(edge)));
}

function connection(edge: number, cookie: number): SocketValues {
  const process = Math.floor(edge / PORTS);
  return {
    cookie,
    source: `192.0.2.1:${FIRST_PORT + cookie}`,
    destination: `198.51.100.7:${1 + (edge % PORTS)}`,
    sent: 4_099 * (edge + 1),
    received: 1_031 * (edge + 1),
    pid: 1_000 + process,
    comm: `client-${process}`,
    role: 1,
    start: 1e9,
    rtt: 250 + edge,
  };
}

function end(edge: number) {
  return { sequence: edge + 1, endNs: 2e9 + edge * 1e8 };
}
