import type { Part, UdpMode } from "../../../model/tracer-status.ts";

/** The byte layout of the tracer's rows: the twin of exporters/flow-tracer/include/rows.h, compared by a unit test. */
export const ROWS_VERSION = 6;

/** Bits of status_row.flags. */
export const STATUS = { udp: 1, processes: 2, owners: 4, programs: 8, cgroups: 16 } as const satisfies Record<
  Part,
  number
>;

/** Values of status_row.udp_mode. */
export const UDP_MODE = { off: 0, cgroup: 1, functions: 2 } as const satisfies Record<UdpMode, number>;

/** Where a field is, and how many bytes it has. */
interface Field {
  at: number;
  bytes: number;
}

export interface Layout {
  /** The struct's name in rows.h. */
  name: string;
  kind: number;
  size: number;
  fields: Readonly<Record<string, Field>>;
}

const HEAD = {
  "head.size": { at: 0, bytes: 2 },
  "head.kind": { at: 2, bytes: 1 },
  "head.version": { at: 3, bytes: 1 },
} as const;

export const STATUS_ROW = {
  name: "status_row",
  kind: 1,
  size: 144,
  fields: {
    ...HEAD,
    udp_mode: { at: 4, bytes: 4 },
    heartbeat_ns: { at: 8, bytes: 8 },
    live_rows: { at: 16, bytes: 8 },
    live_lost: { at: 24, bytes: 8 },
    table_full: { at: 32, bytes: 8 },
    closed_lost: { at: 40, bytes: 8 },
    missed_events: { at: 48, bytes: 8 },
    udp_lost: { at: 56, bytes: 8 },
    flags: { at: 64, bytes: 4 },
    flows_room: { at: 68, bytes: 4 },
    closed_room: { at: 72, bytes: 4 },
    udp_room: { at: 76, bytes: 4 },
    table_bytes: { at: 80, bytes: 8 },
    refused_runs: { at: 88, bytes: 8 },
    closed_written: { at: 96, bytes: 8 },
    closed_freed: { at: 104, bytes: 8 },
    closed_reads: { at: 112, bytes: 8 },
    snapshots: { at: 120, bytes: 8 },
    live_snapshot: { at: 128, bytes: 8 },
    cgroups_lost: { at: 136, bytes: 8 },
  },
} as const satisfies Layout;

export const FLOW_ROW = {
  name: "flow_row",
  kind: 2,
  size: 128,
  fields: {
    ...HEAD,
    netns: { at: 4, bytes: 4 },
    cookie: { at: 8, bytes: 8 },
    sent_bytes: { at: 16, bytes: 8 },
    received_bytes: { at: 24, bytes: 8 },
    cgroup_id: { at: 32, bytes: 8 },
    start_ns: { at: 40, bytes: 8 },
    source_address: { at: 48, bytes: 16 },
    destination_address: { at: 64, bytes: 16 },
    source_port: { at: 80, bytes: 2 },
    destination_port: { at: 82, bytes: 2 },
    pid: { at: 84, bytes: 4 },
    retransmits: { at: 88, bytes: 4 },
    rtt_us: { at: 92, bytes: 4 },
    comm: { at: 96, bytes: 16 },
    family: { at: 112, bytes: 2 },
    protocol: { at: 114, bytes: 1 },
    state: { at: 115, bytes: 1 },
    role: { at: 116, bytes: 1 },
    netns_owner: { at: 117, bytes: 1 },
    reserved: { at: 118, bytes: 2 },
    netns_cookie: { at: 120, bytes: 8 },
  },
} as const satisfies Layout;

export const PROCESS_ROW = {
  name: "process_row",
  kind: 3,
  size: 192,
  fields: {
    ...HEAD,
    pid: { at: 4, bytes: 4 },
    parent_pid: { at: 8, bytes: 4 },
    netns: { at: 12, bytes: 4 },
    threads: { at: 16, bytes: 4 },
    reserved: { at: 20, bytes: 4 },
    start_ns: { at: 24, bytes: 8 },
    cgroup_id: { at: 32, bytes: 8 },
    cpu_ns: { at: 40, bytes: 8 },
    read_bytes: { at: 48, bytes: 8 },
    written_bytes: { at: 56, bytes: 8 },
    minor_faults: { at: 64, bytes: 8 },
    major_faults: { at: 72, bytes: 8 },
    resident_bytes: { at: 80, bytes: 8 },
    comm: { at: 88, bytes: 16 },
    cgroup_name: { at: 104, bytes: 80 },
    netns_cookie: { at: 184, bytes: 8 },
  },
} as const satisfies Layout;

/** Begins with a whole flow row, whose head has the kind and size of this one. */
export const CLOSED_ROW = {
  name: "closed_row",
  kind: 4,
  size: 160,
  fields: {
    flow: { at: 0, bytes: 128 },
    sequence: { at: 128, bytes: 8 },
    end_ns: { at: 136, bytes: 8 },
    mark: { at: 144, bytes: 8 },
    error: { at: 152, bytes: 4 },
    last_state: { at: 156, bytes: 1 },
    reserved: { at: 157, bytes: 3 },
  },
} as const satisfies Layout;

/** Begins with a whole flow row, as a closed one does. */
export const UDP_ROW = {
  name: "udp_row",
  kind: 5,
  size: 160,
  fields: {
    flow: { at: 0, bytes: 128 },
    sent_packets: { at: 128, bytes: 8 },
    received_packets: { at: 136, bytes: 8 },
    last_ns: { at: 144, bytes: 8 },
    entry: { at: 152, bytes: 8 },
  },
} as const satisfies Layout;

export const PROGRAM_ROW = {
  name: "program_row",
  kind: 6,
  size: 120,
  fields: {
    ...HEAD,
    id: { at: 4, bytes: 4 },
    type: { at: 8, bytes: 4 },
    uid: { at: 12, bytes: 4 },
    runs: { at: 16, bytes: 8 },
    run_time_ns: { at: 24, bytes: 8 },
    recursion_misses: { at: 32, bytes: 8 },
    loaded_ns: { at: 40, bytes: 8 },
    holder_pid: { at: 48, bytes: 4 },
    reserved: { at: 52, bytes: 4 },
    name: { at: 56, bytes: 16 },
    attach_name: { at: 72, bytes: 32 },
    holder_comm: { at: 104, bytes: 16 },
  },
} as const satisfies Layout;

export const CGROUP_ROW = {
  name: "cgroup_row",
  kind: 7,
  size: 352,
  fields: {
    ...HEAD,
    cut_off: { at: 4, bytes: 4 },
    id: { at: 8, bytes: 8 },
    made_ns: { at: 16, bytes: 8 },
    removed_ns: { at: 24, bytes: 8 },
    path: { at: 32, bytes: 320 },
  },
} as const satisfies Layout;

export const HTTP_ROW = {
  name: "http_row",
  kind: 8,
  size: 64,
  fields: {
    ...HEAD,
    port: { at: 4, bytes: 2 },
    code: { at: 6, bytes: 2 },
    cgroup_id: { at: 8, bytes: 8 },
    client_address: { at: 16, bytes: 16 },
    count: { at: 32, bytes: 8 },
    latency_ns: { at: 40, bytes: 8 },
    last_ns: { at: 48, bytes: 8 },
    method: { at: 56, bytes: 1 },
    reserved: { at: 57, bytes: 7 },
  },
} as const satisfies Layout;

/** Values of http_row.method. */
export const HTTP_METHOD = {
  GET: 1,
  HEAD: 2,
  POST: 3,
  PUT: 4,
  DELETE: 5,
  CONNECT: 6,
  OPTIONS: 7,
  TRACE: 8,
  PATCH: 9,
} as const;
