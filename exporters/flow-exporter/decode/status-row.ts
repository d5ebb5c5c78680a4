import { countRows, DecodeError, u64, viewOf } from "./bytes.ts";
import { STATUS, STATUS_ROW } from "./layout.ts";

/** How the tracer is: time in nanoseconds since boot, losses in sockets, events and datagrams. */
export interface Status {
  heartbeatNs: number;
  /** Sockets the last snapshot had no room for. */
  liveLost: number;
  /** The others count since the tracer was loaded. */
  storageLost: number;
  closedLost: number;
  missedEvents: number;
  udpLost: number;
  /** Whether UDP is counted. */
  udp: boolean;
}

const AT = STATUS_ROW.fields;

/** The row of pin `status`. @throws DecodeError when it is not exactly one row. */
export function decodeStatus(bytes: Uint8Array): Status {
  const view = viewOf(bytes);
  const rows = countRows(view, STATUS_ROW);
  if (rows !== 1) throw new DecodeError(`pin status has ${rows} rows instead of one`);
  return {
    heartbeatNs: u64(view, AT.heartbeat_ns.at),
    liveLost: u64(view, AT.live_lost.at),
    storageLost: u64(view, AT.storage_lost.at),
    closedLost: u64(view, AT.closed_lost.at),
    missedEvents: u64(view, AT.missed_events.at),
    udpLost: u64(view, AT.udp_lost.at),
    udp: (view.getUint32(AT.flags.at, true) & STATUS.udp) !== 0,
  };
}
