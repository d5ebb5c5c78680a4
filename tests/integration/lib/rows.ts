import { closeSync, openSync, readSync } from "node:fs";
import path from "node:path";

/** What the tests look at in a flow row. Read straight from the header's offsets, apart from the exporter's decoder. */
export interface FlowRow {
  cookie: string;
  netns: number;
  sent: number;
  received: number;
  startNs: bigint;
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  pid: number;
  comm: string;
  family: number;
  state: number;
  role: number;
  /** Who has made its network namespace: 0 unknown, 1 the host's root, 2 a user. */
  netnsOwner: number;
}

export interface ProcessRow {
  pid: number;
  parentPid: number;
  threads: number;
  cpuNs: number;
  minorFaults: number;
  residentBytes: number;
  comm: string;
}

/** A flow that ended. */
export interface ClosedRow extends FlowRow {
  sequence: bigint;
  endNs: bigint;
  error: number;
  lastState: number;
}

export interface UdpRow extends FlowRow {
  netnsCookie: bigint;
  sentPackets: number;
  receivedPackets: number;
  lastNs: bigint;
  entry: bigint;
}

export interface ProgramRow {
  id: number;
  type: number;
  uid: number;
  runs: number;
  recursionMisses: number;
  loadedNs: bigint;
  holderPid: number;
  name: string;
  attachName: string;
  holderComm: string;
}

export interface CgroupRow {
  id: number;
  path: string;
  isCutOff: boolean;
  madeNs: number;
  removedNs: number;
}

export interface HttpRow {
  cgroupId: number;
  port: number;
  code: number;
  /** As the kernel numbers them (enum http_method); 0 in the last row, whose count is of answers that found no room. */
  method: number;
  client: string;
  count: number;
  latencyNs: number;
}

export interface StatusRow {
  liveRows: number;
  liveLost: number;
  tableFull: number;
  closedLost: number;
  missedEvents: number;
  udpLost: number;
  flags: number;
  /** 0 off, 1 at the root cgroup, 2 in the kernel's UDP functions. */
  udpMode: number;
  flowsRoom: number;
  closedRoom: number;
  udpRoom: number;
  tableBytes: number;
  refusedRuns: number;
  closedWritten: number;
  closedFreed: number;
  closedReads: number;
  snapshots: number;
  liveSnapshot: number;
  cgroupsLost: number;
}

const FLOW_ROW_BYTES = 128;
const PROCESS_ROW_BYTES = 192;
const STATUS_ROW_BYTES = 144;
const CLOSED_ROW_BYTES = 160;
const UDP_ROW_BYTES = 160;
const PROGRAM_ROW_BYTES = 120;
const CGROUP_ROW_BYTES = 352;
const HTTP_ROW_BYTES = 64;

/** Reads a pin to its end: each open starts the iterator anew. */
export function readPin(pins: string, name: string): Buffer {
  const file = openSync(path.join(pins, name), "r");
  const parts: Buffer[] = [];
  try {
    for (;;) {
      const part = Buffer.alloc(1 << 20);
      const size = readSync(file, part);
      if (size === 0) return Buffer.concat(parts);
      parts.push(part.subarray(0, size));
    }
  } finally {
    closeSync(file);
  }
}

/** The sockets open now, by cookie. */
export function readFlows(pins: string): Map<string, FlowRow> {
  readPin(pins, "snapshot");
  return new Map(split(readPin(pins, "live"), FLOW_ROW_BYTES, 2).map((row) => [cookieOf(row), flowRow(row)]));
}

/** The processes of this host, by process id. */
export function readProcesses(pins: string): Map<number, ProcessRow> {
  const rows = split(readPin(pins, "processes"), PROCESS_ROW_BYTES, 3).map(processRow);
  return new Map(rows.map((row) => [row.pid, row]));
}

/** The flows that ended and were not acknowledged yet, as one complete read shows them. */
export function readClosed(pins: string): ClosedRow[] {
  return closedRows(readPin(pins, "closed"));
}

/** Reads and acknowledges, as the exporter does. */
export function takeClosed(pins: string): ClosedRow[] {
  const rows = readClosed(pins);
  readPin(pins, "closed_ack");
  return rows;
}

export function closedRows(bytes: Buffer): ClosedRow[] {
  return split(bytes, CLOSED_ROW_BYTES, 4).map((row) => ({
    ...flowRow(row),
    sequence: row.readBigUInt64LE(128),
    endNs: row.readBigUInt64LE(136),
    error: row.readUInt32LE(152),
    lastState: row.readUInt8(156),
  }));
}

/** The entries of UDP, as one complete read shows them. */
export function readUdp(pins: string): UdpRow[] {
  return split(readPin(pins, "udp"), UDP_ROW_BYTES, 5).map((row) => ({
    ...flowRow(row),
    netnsCookie: row.readBigUInt64LE(120),
    sentPackets: Number(row.readBigUInt64LE(128)),
    receivedPackets: Number(row.readBigUInt64LE(136)),
    lastNs: row.readBigUInt64LE(144),
    entry: row.readBigUInt64LE(152),
  }));
}

/** Reads and acknowledges, as the exporter does. */
export function takeUdp(pins: string): UdpRow[] {
  const rows = readUdp(pins);
  readPin(pins, "udp_ack");
  return rows;
}

/** The BPF programs of this host, by id. */
export function readPrograms(pins: string): Map<number, ProgramRow> {
  const rows = split(readPin(pins, "programs"), PROGRAM_ROW_BYTES, 6).map(programRow);
  return new Map(rows.map((row) => [row.id, row]));
}

/** The control groups that there are, and that were there a while ago. */
export function readCgroups(pins: string): CgroupRow[] {
  return split(readPin(pins, "cgroups"), CGROUP_ROW_BYTES, 7).map((row) => ({
    id: Number(row.readBigUInt64LE(8)),
    path: text(row, 32, CGROUP_ROW_BYTES),
    isCutOff: row.readUInt32LE(4) === 1,
    madeNs: Number(row.readBigUInt64LE(16)),
    removedNs: Number(row.readBigUInt64LE(24)),
  }));
}

/** The requests that were answered, of the containers that --http names. */
export function readHttp(pins: string): HttpRow[] {
  return split(readPin(pins, "http"), HTTP_ROW_BYTES, 8).map((row) => ({
    port: row.readUInt16LE(4),
    code: row.readUInt16LE(6),
    cgroupId: Number(row.readBigUInt64LE(8)),
    client: row.toString("hex", 16, 32),
    count: Number(row.readBigUInt64LE(32)),
    latencyNs: Number(row.readBigUInt64LE(40)),
    method: row.readUInt8(56),
  }));
}

export function readStatus(pins: string): StatusRow {
  const [row] = split(readPin(pins, "status"), STATUS_ROW_BYTES, 1);
  if (!row) throw new Error("no status row");
  const number = (at: number) => Number(row.readBigUInt64LE(at));
  return {
    liveRows: number(16),
    liveLost: number(24),
    tableFull: number(32),
    closedLost: number(40),
    missedEvents: number(48),
    udpLost: number(56),
    flags: row.readUInt32LE(64),
    udpMode: row.readUInt32LE(4),
    flowsRoom: row.readUInt32LE(68),
    closedRoom: row.readUInt32LE(72),
    udpRoom: row.readUInt32LE(76),
    tableBytes: number(80),
    refusedRuns: number(88),
    closedWritten: number(96),
    closedFreed: number(104),
    closedReads: number(112),
    snapshots: number(120),
    liveSnapshot: number(128),
    cgroupsLost: number(136),
  };
}

function split(bytes: Buffer, size: number, kind: number): Buffer[] {
  const rows = Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
  const stranger = rows.find((row) => row.readUInt16LE(0) !== size || row[2] !== kind);
  if (stranger) throw new Error(`not a row of kind ${kind}: ${stranger.toString("hex")}`);
  return rows;
}

const cookieOf = (row: Buffer) => `${row.readBigUInt64LE(8)}`;

function flowRow(row: Buffer): FlowRow {
  return {
    cookie: cookieOf(row),
    netns: row.readUInt32LE(4),
    sent: Number(row.readBigUInt64LE(16)),
    received: Number(row.readBigUInt64LE(24)),
    startNs: row.readBigUInt64LE(40),
    source: row.toString("hex", 48, 64),
    destination: row.toString("hex", 64, 80),
    sourcePort: row.readUInt16LE(80),
    destinationPort: row.readUInt16LE(82),
    pid: row.readUInt32LE(84),
    comm: text(row, 96, 112),
    family: row.readUInt16LE(112),
    state: row.readUInt8(115),
    role: row.readUInt8(116),
    netnsOwner: row.readUInt8(117),
  };
}

function processRow(row: Buffer): ProcessRow {
  return {
    pid: row.readUInt32LE(4),
    parentPid: row.readUInt32LE(8),
    threads: row.readUInt32LE(16),
    cpuNs: Number(row.readBigUInt64LE(40)),
    minorFaults: Number(row.readBigUInt64LE(64)),
    residentBytes: Number(row.readBigUInt64LE(80)),
    comm: text(row, 88, 104),
  };
}

function programRow(row: Buffer): ProgramRow {
  return {
    id: row.readUInt32LE(4),
    type: row.readUInt32LE(8),
    uid: row.readUInt32LE(12),
    runs: Number(row.readBigUInt64LE(16)),
    recursionMisses: Number(row.readBigUInt64LE(32)),
    loadedNs: row.readBigUInt64LE(40),
    holderPid: row.readUInt32LE(48),
    name: text(row, 56, 72),
    attachName: text(row, 72, 104),
    holderComm: text(row, 104, 120),
  };
}

function text(row: Buffer, start: number, end: number): string {
  return row.toString("utf8", start, end).replace(/\0.*/s, "");
}
