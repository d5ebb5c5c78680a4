import { addressText } from "../../model/address.ts";
import { viewOf } from "../../model/bytes.ts";
import type { HttpNotCounted } from "../../model/http-total.ts";
import { countRows, u64 } from "../kernel/rows/bytes.ts";
import { HTTP_METHOD, HTTP_ROW } from "../kernel/rows/layout.ts";

const AT = HTTP_ROW.fields;
const METHODS = new Map<number, string>(Object.entries(HTTP_METHOD).map(([name, number]) => [number, name]));

/** Answers of a server to a client's address; totals since the tracer started. */
export interface HttpRow {
  /** Equal for the same row of another reading. */
  key: string;
  /** The server's. */
  cgroupId: number;
  clientAddress: string;
  port: number;
  method: string;
  code: number;
  count: number;
  latencyNs: number;
  /** Of the last one, nanoseconds since boot. */
  lastNs: number;
}

/** @throws DecodeError as `countRows` does. */
export function decodeHttp(bytes: Uint8Array): { rows: HttpRow[]; notCounted: HttpNotCounted } {
  const view = viewOf(bytes);
  const rows: HttpRow[] = [];
  const notCounted = { table: 0, handshake: 0 };
  for (let at = 0, left = countRows(view, HTTP_ROW); left > 0; at += HTTP_ROW.size, left--) {
    const method = METHODS.get(view.getUint8(at + AT.method.at));
    if (method !== undefined) rows.push(rowAt(view, at, method));
    else {
      notCounted.table = u64(view, at + AT.count.at);
      notCounted.handshake = u64(view, at + AT.latency_ns.at);
    }
  }
  return { rows, notCounted };
}

function rowAt(view: DataView, at: number, method: string): HttpRow {
  const cgroupId = u64(view, at + AT.cgroup_id.at);
  const clientAddress = addressText(view, at + AT.client_address.at);
  const port = view.getUint16(at + AT.port.at, true);
  const code = view.getUint16(at + AT.code.at, true);
  return {
    key: `${cgroupId} ${clientAddress} ${port} ${method} ${code}`,
    cgroupId,
    clientAddress,
    port,
    method,
    code,
    count: u64(view, at + AT.count.at),
    latencyNs: u64(view, at + AT.latency_ns.at),
    lastNs: u64(view, at + AT.last_ns.at),
  };
}
