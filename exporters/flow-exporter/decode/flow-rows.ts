import { addressText } from "./address.ts";
import { countRows, text, u64, viewOf } from "./bytes.ts";
import { FLOW_ROW, ROLE, type Role } from "./layout.ts";

/** One TCP socket, as rows.h describes it: what does not change while it lives. */
export interface FlowRow {
  cookie: number;
  netns: number;
  cgroupId: number;
  startNs: number;
  sourceAddress: string;
  destinationAddress: string;
  sourcePort: number;
  destinationPort: number;
  pid: number;
  comm: string;
  protocol: number;
  role: Role;
}

const AT = FLOW_ROW.fields;

/**
 * The rows of pin `live`, decoded on demand: a socket seen before only costs reading its counters.
 * A view into the reader's buffer: valid until the next read.
 */
export class FlowRows {
  readonly length: number;
  readonly #view: DataView;

  /** @throws DecodeError as `countRows` does. */
  constructor(bytes: Uint8Array) {
    this.#view = viewOf(bytes);
    this.length = countRows(this.#view, FLOW_ROW);
  }

  /** @throws DecodeError for a cookie beyond 2^53. */
  cookie(row: number): number {
    return u64(this.#view, row * FLOW_ROW.size + AT.cookie.at);
  }

  /** Payload bytes, first transmission only. */
  sentBytes(row: number): number {
    return u64(this.#view, row * FLOW_ROW.size + AT.sent_bytes.at);
  }

  /** Payload bytes that arrived in order in the kernel. */
  receivedBytes(row: number): number {
    return u64(this.#view, row * FLOW_ROW.size + AT.received_bytes.at);
  }

  /** TCP state as in the kernel: ESTABLISHED 1. */
  state(row: number): number {
    return this.#view.getUint8(row * FLOW_ROW.size + AT.state.at);
  }

  pid(row: number): number {
    return this.#view.getUint32(row * FLOW_ROW.size + AT.pid.at, true);
  }

  retransmits(row: number): number {
    return this.#view.getUint32(row * FLOW_ROW.size + AT.retransmits.at, true);
  }

  /** Smoothed round-trip time in microseconds; 0 unknown. */
  rttMicroseconds(row: number): number {
    return this.#view.getUint32(row * FLOW_ROW.size + AT.rtt_us.at, true);
  }

  /** Both ports in one number: changes when a socket is connected again. */
  ports(row: number): number {
    return this.#view.getUint32(row * FLOW_ROW.size + AT.source_port.at, true);
  }

  /** The whole row. */
  row(row: number): FlowRow {
    const view = this.#view;
    const at = row * FLOW_ROW.size;
    return {
      cookie: this.cookie(row),
      netns: view.getUint32(at + AT.netns.at, true),
      cgroupId: u64(view, at + AT.cgroup_id.at),
      startNs: u64(view, at + AT.start_ns.at),
      sourceAddress: addressText(view, at + AT.source_address.at),
      destinationAddress: addressText(view, at + AT.destination_address.at),
      sourcePort: view.getUint16(at + AT.source_port.at, true),
      destinationPort: view.getUint16(at + AT.destination_port.at, true),
      pid: this.pid(row),
      comm: text(view, at + AT.comm.at, AT.comm.bytes),
      protocol: view.getUint8(at + AT.protocol.at),
      role: roleOf(view.getUint8(at + AT.role.at)),
    };
  }
}

function roleOf(value: number): Role {
  return value === ROLE.client || value === ROLE.server ? value : ROLE.unknown;
}
