import type { Closed } from "./pins/closed-intake.ts";
import { FlowRows } from "./rows/flow-rows.ts";
import { UdpRows } from "./rows/udp-rows.ts";

/**
 * What of the kernel's sockets is this node's: all of it, unless several nodes share one kernel. The others' sockets would be
 * taken for the other ends of connections that lead to another node.
 */
export class OwnRows {
  readonly #isOwn: ((cgroupId: number) => boolean) | undefined;

  /** `isOwn`: whether a control group is this node's; undefined: each is. */
  constructor(isOwn: ((cgroupId: number) => boolean) | undefined) {
    this.#isOwn = isOwn;
  }

  of(rows: FlowRows | undefined): FlowRows | undefined {
    return rows && this.#isOwn ? new FlowRows(bytesOf(rows, this.#indexes(rows))) : rows;
  }

  ofUdp(rows: UdpRows): UdpRows {
    return this.#isOwn ? new UdpRows(bytesOf(rows, this.#indexes(rows))) : rows;
  }

  ofClosed({ rows, indexes }: Closed): Closed {
    return this.#isOwn ? { rows, indexes: this.#indexes(rows, indexes) } : { rows, indexes };
  }

  #indexes(rows: FlowRows, indexes: readonly number[] = [...Array(rows.length).keys()]): number[] {
    return indexes.filter((index) => rows.isReadable(index) && this.#isOwn?.(rows.cgroupId(index)));
  }
}

function bytesOf(rows: FlowRows, indexes: readonly number[]): Uint8Array {
  return Buffer.concat(indexes.map((index) => rows.bytes(index)));
}
