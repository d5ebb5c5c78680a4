import { viewOf } from "../../../model/bytes.ts";
import type { Part, Status, UdpMode } from "../../../model/tracer-status.ts";
import { countRows, DecodeError, u64 } from "./bytes.ts";
import { STATUS, STATUS_ROW, UDP_MODE } from "./layout.ts";

const AT = STATUS_ROW.fields;

/** The row of pin `status`. @throws DecodeError when it is not exactly one row. */
export function decodeStatus(bytes: Uint8Array): Status {
  const view = viewOf(bytes);
  const rows = countRows(view, STATUS_ROW);
  if (rows !== 1) throw new DecodeError(`pin status has ${rows} rows instead of one`);
  return {
    heartbeatNs: u64(view, AT.heartbeat_ns.at),
    liveLost: u64(view, AT.live_lost.at),
    tableFull: u64(view, AT.table_full.at),
    closedLost: u64(view, AT.closed_lost.at),
    missedEvents: u64(view, AT.missed_events.at),
    udpLost: u64(view, AT.udp_lost.at),
    parts: partsIn(u32(view, AT.flags.at)),
    udpMode: udpMode(u32(view, AT.udp_mode.at)),
    room: {
      flows: u32(view, AT.flows_room.at),
      closed: u32(view, AT.closed_room.at),
      udp: u32(view, AT.udp_room.at),
    },
    tableBytes: u64(view, AT.table_bytes.at),
    refusedRuns: u64(view, AT.refused_runs.at),
    closedWritten: u64(view, AT.closed_written.at),
    closedFreed: u64(view, AT.closed_freed.at),
    closedReads: u64(view, AT.closed_reads.at),
    snapshots: u64(view, AT.snapshots.at),
    liveSnapshot: u64(view, AT.live_snapshot.at),
    cgroupsLost: u64(view, AT.cgroups_lost.at),
  };
}

function u32(view: DataView, at: number): number {
  return view.getUint32(at, true);
}

function partsIn(flags: number): Record<Part, boolean> {
  return {
    udp: (flags & STATUS.udp) !== 0,
    processes: (flags & STATUS.processes) !== 0,
    owners: (flags & STATUS.owners) !== 0,
    programs: (flags & STATUS.programs) !== 0,
    cgroups: (flags & STATUS.cgroups) !== 0,
  };
}

function udpMode(number: number): UdpMode {
  const found = Object.entries(UDP_MODE).find(([, value]) => value === number);
  if (!found) throw new DecodeError(`pin status names a way of counting UDP that is not known: ${number}`);
  return found[0] as UdpMode;
}
