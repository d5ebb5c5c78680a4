import { fits, u64 } from "./bytes.ts";
import { FlowRows } from "./flow-rows.ts";
import { CLOSED_ROW } from "./layout.ts";

const AT = CLOSED_ROW.fields;

/** The rows of pin `closed`: TCP flows as they ended. */
export class ClosedRows extends FlowRows {
  /** @throws DecodeError as `countRows` does. */
  constructor(bytes: Uint8Array) {
    super(bytes, CLOSED_ROW);
  }

  override isReadable(row: number): boolean {
    return super.isReadable(row) && fits(this.view, this.at(row) + AT.end_ns.at);
  }

  /** From 1, in the order of closing; unique while a tracer lives. */
  sequence(row: number): number {
    return u64(this.view, this.at(row) + AT.sequence.at);
  }

  /** Nanoseconds since boot. */
  endNs(row: number): number {
    return u64(this.view, this.at(row) + AT.end_ns.at);
  }

  /** The errno it ended with: 111 refused, 110 timed out, 104 reset; 0 none. */
  error(row: number): number {
    return this.view.getUint32(this.at(row) + AT.error.at, true);
  }

  /** TCP state before CLOSE. */
  lastState(row: number): number {
    return this.view.getUint8(this.at(row) + AT.last_state.at);
  }
}
