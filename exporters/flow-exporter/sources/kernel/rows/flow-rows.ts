import { addressText } from "../../../model/address.ts";
import { viewOf } from "../../../model/bytes.ts";
import { type FlowRow, NETNS_OWNER, type NetnsOwner, ROLE, type Role } from "../../../model/socket.ts";
import { cookie, countRows, fits, processName, u64 } from "./bytes.ts";
import { FLOW_ROW, type Layout } from "./layout.ts";

const AT = FLOW_ROW.fields;

/**
 * The rows of pin `live`, or of another layout that begins with a flow row; decoded on demand: a socket seen before
 * only costs reading its counters. A view into the reader's buffer: valid until the next read.
 */
export class FlowRows {
  readonly length: number;
  /** Bytes of a row. */
  readonly size: number;
  protected readonly view: DataView;
  readonly #bytes: Uint8Array;

  /** @throws DecodeError as `countRows` does. */
  constructor(bytes: Uint8Array, layout: Layout = FLOW_ROW) {
    this.view = viewOf(bytes);
    this.#bytes = bytes;
    this.length = countRows(this.view, layout);
    this.size = layout.size;
  }

  /** Whether every number of a row can be read: one that cannot is left out, and must not keep the others from being read. */
  isReadable(row: number): boolean {
    const { view } = this;
    const at = this.at(row);
    // One by one: lists of them would be the garbage of every row that is looked at.
    return (
      fits(view, at + AT.cookie.at, true) &&
      fits(view, at + AT.netns_cookie.at, true) &&
      fits(view, at + AT.sent_bytes.at) &&
      fits(view, at + AT.received_bytes.at) &&
      fits(view, at + AT.cgroup_id.at) &&
      fits(view, at + AT.start_ns.at)
    );
  }

  /** What distinguishes a socket from the next, from read to read. @throws DecodeError beyond 2^53. */
  key(row: number): number {
    return cookie(this.view, this.at(row) + AT.cookie.at);
  }

  /** Payload bytes, first transmission only. */
  sentBytes(row: number): number {
    return u64(this.view, this.at(row) + AT.sent_bytes.at);
  }

  /** Payload bytes that arrived in order in the kernel. */
  receivedBytes(row: number): number {
    return u64(this.view, this.at(row) + AT.received_bytes.at);
  }

  /** Nanoseconds since boot; 0: older than the tracer. */
  startNs(row: number): number {
    return u64(this.view, this.at(row) + AT.start_ns.at);
  }

  /** TCP state as in the kernel: ESTABLISHED 1. */
  state(row: number): number {
    return this.view.getUint8(this.at(row) + AT.state.at);
  }

  /** Number of the control group that it is in. */
  cgroupId(row: number): number {
    return u64(this.view, this.at(row) + AT.cgroup_id.at);
  }

  pid(row: number): number {
    return this.view.getUint32(this.at(row) + AT.pid.at, true);
  }

  retransmits(row: number): number {
    return this.view.getUint32(this.at(row) + AT.retransmits.at, true);
  }

  /** Smoothed round-trip time in microseconds; 0 unknown. */
  rttMicroseconds(row: number): number {
    return this.view.getUint32(this.at(row) + AT.rtt_us.at, true);
  }

  /** When it last carried anything, nanoseconds since boot; 0: not known. */
  lastNs(_row: number): number {
    return 0;
  }

  /** Datagrams; 0: not counted. */
  sentPackets(_row: number): number {
    return 0;
  }

  /** Datagrams; 0: not counted. */
  receivedPackets(_row: number): number {
    return 0;
  }

  sourcePort(row: number): number {
    return this.view.getUint16(this.at(row) + AT.source_port.at, true);
  }

  /** Both ports in one number. */
  ports(row: number): number {
    return this.view.getUint32(this.at(row) + AT.source_port.at, true);
  }

  /** The whole row. */
  row(row: number): FlowRow {
    return decodeFlowRow(this.view, this.at(row));
  }

  /** Whether `count` rows from `row` on are, byte by byte, those in `bytes` from row `other` on. */
  equals(row: number, count: number, bytes: Buffer, other: number): boolean {
    const { size } = this;
    return bytes.compare(this.#bytes, row * size, (row + count) * size, other * size, (other + count) * size) === 0;
  }

  /** Copies the rows from `first` on into `bytes`, which has those before; returns it, or a larger one with all. */
  copy(bytes: Buffer<ArrayBuffer>, first: number): Buffer<ArrayBuffer> {
    if (bytes.length < this.#bytes.length) return Buffer.from(this.#bytes);
    bytes.set(this.#bytes.subarray(first * this.size), first * this.size);
    return bytes;
  }

  /** A row's bytes, copied. */
  bytes(row: number): Uint8Array {
    const from = this.view.byteOffset + this.at(row);
    return new Uint8Array(this.view.buffer.slice(from, from + this.size) as ArrayBuffer);
  }

  protected at(row: number): number {
    return row * this.size;
  }
}

/** The flow row at byte `at`. @throws DecodeError beyond 2^53. */
export function decodeFlowRow(view: DataView, at: number): FlowRow {
  return {
    cookie: cookie(view, at + AT.cookie.at),
    netns: view.getUint32(at + AT.netns.at, true),
    netnsCookie: cookie(view, at + AT.netns_cookie.at),
    netnsOwner: netnsOwnerOf(view.getUint8(at + AT.netns_owner.at)),
    cgroupId: u64(view, at + AT.cgroup_id.at),
    startNs: u64(view, at + AT.start_ns.at),
    sourceAddress: addressText(view, at + AT.source_address.at),
    destinationAddress: addressText(view, at + AT.destination_address.at),
    sourcePort: view.getUint16(at + AT.source_port.at, true),
    destinationPort: view.getUint16(at + AT.destination_port.at, true),
    pid: view.getUint32(at + AT.pid.at, true),
    comm: processName(view, at + AT.comm.at, AT.comm.bytes),
    protocol: view.getUint8(at + AT.protocol.at),
    role: roleOf(view.getUint8(at + AT.role.at)),
  };
}

function netnsOwnerOf(value: number): NetnsOwner {
  return value === NETNS_OWNER.host || value === NETNS_OWNER.user ? value : NETNS_OWNER.unknown;
}

function roleOf(value: number): Role {
  return value === ROLE.client || value === ROLE.server ? value : ROLE.unknown;
}
