import { addressBits } from "../../../../exporters/flow-exporter/model/address.ts";
import { NETNS_OWNER, type NetnsOwner, PROTOCOL, ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import {
  CGROUP_ROW,
  CLOSED_ROW,
  FLOW_ROW,
  HTTP_ROW,
  type Layout,
  PROCESS_ROW,
  PROGRAM_ROW,
  ROWS_VERSION,
  STATUS_ROW,
  UDP_ROW,
} from "../../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";

type Value = number | bigint | string | Uint8Array;

/** A row as the tracer would write it: fields by their names in rows.h, the others zero. */
function encode(layout: Layout, values: Record<string, Value>): Buffer {
  const row = Buffer.alloc(layout.size);
  row.writeUInt16LE(layout.size, 0);
  row.writeUInt8(layout.kind, 2);
  row.writeUInt8(ROWS_VERSION, 3);
  for (const [name, value] of Object.entries(values)) {
    const field = layout.fields[name];
    if (!field) throw new Error(`${layout.name} has no ${name}`);
    row.set(bytesOf(value, field.bytes), field.at);
  }
  return row;
}

export interface SocketValues {
  cookie: number;
  source: string;
  destination: string;
  netns?: number;
  /** The host's, unless given. */
  netnsOwner?: NetnsOwner;
  cgroup?: number;
  sent?: number;
  received?: number;
  pid?: number;
  comm?: string;
  state?: number;
  role?: number;
  start?: number;
  retransmits?: number;
  rtt?: number;
  protocol?: number;
  /** Of UDP: datagrams. */
  sentPackets?: number;
  receivedPackets?: number;
}

/** How a socket ended. */
export interface End {
  sequence: number;
  endNs?: number;
  error?: number;
  /** TCP state before CLOSE; ESTABLISHED unless given. */
  lastState?: number;
}

/** A flow row; `source` and `destination` as "address:port" (IPv4). */
export function socket(values: SocketValues): Buffer {
  const [sourceAddress, sourcePort] = split(values.source);
  const [destinationAddress, destinationPort] = split(values.destination);
  return encode(FLOW_ROW, {
    cookie: values.cookie,
    netns: values.netns ?? 1,
    netns_owner: values.netnsOwner ?? NETNS_OWNER.host,
    cgroup_id: values.cgroup ?? 0,
    sent_bytes: values.sent ?? 0,
    received_bytes: values.received ?? 0,
    source_address: sourceAddress,
    source_port: sourcePort,
    destination_address: destinationAddress,
    destination_port: destinationPort,
    pid: values.pid ?? 0,
    comm: values.comm ?? "",
    start_ns: values.start ?? 0,
    retransmits: values.retransmits ?? 0,
    rtt_us: values.rtt ?? 0,
    family: 2,
    protocol: values.protocol ?? PROTOCOL.tcp,
    state: values.state ?? 1,
    role: values.role ?? ROLE.unknown,
  });
}

/** A closed row. */
export function closedRow(values: SocketValues, end: End): Buffer {
  const flow = behindHead(socket({ ...values, state: 7 }), CLOSED_ROW);
  const { sequence, endNs = 0, error = 0, lastState = 1 } = end;
  return encode(CLOSED_ROW, { flow, sequence, end_ns: endNs, error, last_state: lastState });
}

/** A UDP row. */
export function udpRow(values: SocketValues, entry: number, lastNs = 0): Buffer {
  const flow = behindHead(socket({ ...values, state: 0, protocol: PROTOCOL.udp }), UDP_ROW);
  const { sentPackets = 0, receivedPackets = 0 } = values;
  return encode(UDP_ROW, {
    flow,
    entry,
    last_ns: lastNs,
    sent_packets: sentPackets,
    received_packets: receivedPackets,
  });
}

export function programRow(values: Record<string, Value>): Buffer {
  return encode(PROGRAM_ROW, values);
}

export function processRow(values: Record<string, Value>): Buffer {
  return encode(PROCESS_ROW, values);
}

/** An http row; `client` an address of IPv4. */
export function httpRow({ client, ...values }: Record<string, Value> & { client: string }): Buffer {
  return encode(HTTP_ROW, { client_address: split(`${client}:0`)[0], ...values });
}

export function cgroupRow(values: Record<string, Value>): Buffer {
  return encode(CGROUP_ROW, values);
}

export function statusRow(values: Record<string, Value>): Buffer {
  return encode(STATUS_ROW, values);
}

/** A flow row with another row's head. */
function behindHead(flow: Buffer, layout: Layout): Buffer {
  return Buffer.concat([encode(layout, {}).subarray(0, 4), flow.subarray(4)]);
}

/** An address, IPv4's as ::ffff:a.b.c.d, and the port behind the last colon. */
function split(text: string): [Buffer, number] {
  const colon = text.lastIndexOf(":");
  const bits = addressBits(text.slice(0, colon)).toString(16).padStart(32, "0");
  return [Buffer.from(bits, "hex"), Number(text.slice(colon + 1))];
}

function bytesOf(value: Value, bytes: number): Uint8Array {
  if (typeof value === "string") return Buffer.from(value).subarray(0, bytes);
  if (typeof value === "object") return value;
  const whole = Buffer.alloc(8);
  whole.writeBigUInt64LE(BigInt(value));
  return whole.subarray(0, bytes);
}
