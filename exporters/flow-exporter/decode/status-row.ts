import { countRows, DecodeError, u64, viewOf } from "./bytes.ts";
import { STATUS_ROW } from "./layout.ts";

/** How the tracer is: times in nanoseconds since boot, the rest in sockets. */
export interface Status {
  heartbeatNs: number;
  liveRows: number;
  liveLost: number;
  storageLost: number;
}

const AT = STATUS_ROW.fields;

/** The row of pin `status`. @throws DecodeError when it is not exactly one row. */
export function decodeStatus(bytes: Uint8Array): Status {
  const view = viewOf(bytes);
  const rows = countRows(view, STATUS_ROW);
  if (rows !== 1) throw new DecodeError(`pin status has ${rows} rows instead of one`);
  return {
    heartbeatNs: u64(view, AT.heartbeat_ns.at),
    liveRows: u64(view, AT.live_rows.at),
    liveLost: u64(view, AT.live_lost.at),
    storageLost: u64(view, AT.storage_lost.at),
  };
}
