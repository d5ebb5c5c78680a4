import type { FlowRow } from "../../../model/socket.ts";

/** Where the rows of the last read are. */
export interface LastRead {
  /** The row of a socket that was in it. */
  rowOf(socket: { at: number }): FlowRow;
}

/** What does not change of a socket. As a value of its own it would be a third of what an open socket takes of the heap. */
export interface HasRow {
  /** Decoded anew each time where it is left to the last read. */
  row: FlowRow;
  /** Which row it was in the last read that had it; -1: in none. */
  at: number;
  /** From now on its row is that in the last read, until it is kept or set. */
  leaveRowTo(read: LastRead): void;
  /** Its row is about to go from where it was left. */
  keepRow(): void;
}

export class RowHolder implements HasRow {
  at = -1;
  #row: FlowRow | LastRead;

  constructor(row: FlowRow) {
    this.#row = row;
  }

  get row(): FlowRow {
    const row = this.#row;
    return "rowOf" in row ? row.rowOf(this) : row;
  }

  set row(row: FlowRow) {
    this.#row = row;
  }

  leaveRowTo(read: LastRead): void {
    this.#row = read;
  }

  keepRow(): void {
    this.#row = this.row;
  }
}
