import { u64 } from "./bytes.ts";
import { FlowRows } from "./flow-rows.ts";
import { UDP_ROW } from "./layout.ts";

const AT = UDP_ROW.fields;

/** The rows of pin `udp`: one per 5-tuple and network namespace. One socket may have many. */
export class UdpRows extends FlowRows {
  /** @throws DecodeError as `countRows` does. */
  constructor(bytes: Uint8Array) {
    super(bytes, UDP_ROW);
  }

  /** The entry's number, because a socket's cookie is not its own; unique while a tracer lives. */
  override key(row: number): number {
    return u64(this.view, this.at(row) + AT.entry.at);
  }

  override sentPackets(row: number): number {
    return u64(this.view, this.at(row) + AT.sent_packets.at);
  }

  override receivedPackets(row: number): number {
    return u64(this.view, this.at(row) + AT.received_packets.at);
  }

  /** When it last carried a datagram, nanoseconds since boot. */
  override lastNs(row: number): number {
    return u64(this.view, this.at(row) + AT.last_ns.at);
  }
}
