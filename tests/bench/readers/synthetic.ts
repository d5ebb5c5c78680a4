import type { Tracer } from "../../../exporters/flow-exporter/read/tracer.ts";
import { socket, statusRow } from "../../unit/flow-exporter/lib/rows.ts";

const PORTS = 50;
const HEARTBEAT_NS = 1e9;
const FIRST_PORT = 10_000;

/** A host that stands still at the synthetic tracer's last heartbeat. */
export const SYNTHETIC_HOST = { bootTimeNs: () => HEARTBEAT_NS, netFile: () => "" };

/** A tracer that hands over one connection on each of `edges` edges, from some processes to many ports outside. */
export function syntheticTracer(edges: number): Tracer {
  const rows = Buffer.concat(Array.from({ length: edges }, (_, edge) => rowOf(edge)));
  const status = statusRow({ heartbeat_ns: HEARTBEAT_NS, live_rows: edges });
  const nothing = Buffer.alloc(0);
  return {
    identity: () => "synthetic",
    status: () => status,
    backfillOwners: () => {},
    processes: () => nothing,
    closed: () => nothing,
    acknowledge: () => {},
    flows: () => rows,
    udp: () => nothing,
    programs: () => nothing,
  };
}

function rowOf(edge: number): Buffer {
  const process = Math.floor(edge / PORTS);
  return socket({
    cookie: edge + 1,
    source: `192.0.2.1:${FIRST_PORT + edge}`,
    destination: `198.51.100.7:${1 + (edge % PORTS)}`,
    sent: 4_099 * (edge + 1),
    received: 1_031 * (edge + 1),
    pid: 1_000 + process,
    comm: `client-${process}`,
    role: 1,
  });
}
