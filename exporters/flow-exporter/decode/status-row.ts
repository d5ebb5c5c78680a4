import { countRows, DecodeError, u64, viewOf } from "./bytes.ts";
import { STATUS, STATUS_ROW, UDP_MODE, type UdpMode } from "./layout.ts";

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
  /** What the tracer could do without, and left out where the kernel refuses it. */
  parts: Readonly<Record<Part, boolean>>;
  /** Where in the kernel UDP is counted. */
  udpMode: UdpMode;
  /** How many entries its tables have room for. */
  room: Readonly<Record<Table, number>>;
  /** Kernel memory that its tables take. */
  tableBytes: number;
  /** Times that the kernel did not enter a program that follows sockets, as it was running on that CPU already. */
  refusedRuns: number;
  /** Flows that ended since the tracer was loaded: the last sequence given. */
  closedWritten: number;
  /** Of them, rows that were acknowledged. */
  closedFreed: number;
  /** Reads of pin `closed` that began, since the tracer was loaded. */
  closedReads: number;
  /** Reads of pin `snapshot` that began, since the tracer was loaded. */
  snapshots: number;
  /** Which of them the rows of pin `live` are from; another than the last: one is being taken, or broke off. */
  liveSnapshot: number;
  /** Control groups that left the tracer's table before anybody read them, since it was loaded. */
  cgroupsLost: number;
}

export type Part = keyof typeof STATUS;

/** Open TCP flows, ended ones that wait for us, UDP flows. */
type Table = "flows" | "closed" | "udp";

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
