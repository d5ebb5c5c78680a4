import { viewOf } from "../../../model/bytes.ts";
import type { FlowRow } from "../../../model/socket.ts";
import { decodeFlowRow, type FlowRows } from "../rows/flow-rows.ts";
import type { LastRead } from "./row-holder.ts";
import type { FlowSocket } from "./shapes.ts";

/** Rows that are compared at once: many where all sockets rest, few around one that does not. */
const MANY = 256;
const FEW = 8;

/** Finds the open socket of row `index`, if it has one; `probably` is the one to try first. */
type Look = (index: number, probably: FlowSocket | undefined) => FlowSocket | undefined;

/**
 * The rows of the last read, and whose they are. Most sockets rest from one read to the next and come in the same
 * order. Their rows are found by comparing memory, and cost next to nothing. Here they can be left, too.
 */
export class LastRows implements LastRead {
  /** Copied, because the reader uses its buffer again. */
  #bytes = Buffer.alloc(0);
  /** Bytes of a row. */
  #size = 0;
  #sockets: (FlowSocket | undefined)[] = [];
  /** While a read is taken in: the sockets of the one before, which are those of this one up to where they differ. */
  #before: (FlowSocket | undefined)[] = [];
  /** While a read is taken in: its rows. */
  #rows: FlowRows | undefined;
  /** While a read is taken in: the row of the one before that is probably next. */
  #at = 0;
  /** How many of the first rows are as they were. */
  #alike = 0;
  #lookAtAll = false;

  /** Takes in one read; `look` gets the rows that are new or may not be as they were. Returns how many are of open sockets. */
  update(rows: FlowRows, look: Look): number {
    this.#rows = rows;
    this.#before = this.#sockets;
    this.#at = 0;
    this.#alike = 0;
    this.#take(rows, 0, rows.length, MANY, look);
    if (this.#sockets !== this.#before || rows.length < this.#before.length) this.#keepRowsOfGone(rows.length);
    this.#lookAtAll = false;
    this.#before = [];
    this.#rows = undefined;
    this.#size = rows.size;
    this.#sockets.length = rows.length;
    this.#bytes = rows.copy(this.#bytes, this.#alike);
    return count(this.#sockets);
  }

  /** Whether a socket was in the last read. */
  has(socket: FlowSocket): boolean {
    return this.#sockets[socket.at] === socket;
  }

  /** Whether row `index` of the last read is an open socket's. */
  isOpen(index: number): boolean {
    return this.#sockets[index] !== undefined;
  }

  rowOf(socket: { at: number }): FlowRow {
    const { at } = socket;
    const isInThisRead = this.#sockets !== this.#before && this.#sockets[at] === socket;
    if (this.#rows && isInThisRead) return this.#rows.row(at);
    return decodeFlowRow(viewOf(this.#bytes), at * this.#size);
  }

  /** Between two reads: spares a socket that was in the last one a row of its own. */
  holdRow(socket: FlowSocket): void {
    if (this.has(socket)) socket.leaveRowTo(this);
  }

  /** A socket has ended: a row that shows it as it was is not its own any more. */
  remove(socket: FlowSocket): void {
    socket.keepRow();
    for (const sockets of [this.#sockets, this.#before])
      if (sockets[socket.at] === socket) sockets[socket.at] = undefined;
  }

  /** The next read has all rows looked at, those that are as they were too. */
  lookAtAll(): void {
    this.#lookAtAll = true;
  }

  /** All sockets have been removed. */
  clear(): void {
    this.#sockets = [];
    this.#bytes = Buffer.alloc(0);
  }

  /** Takes the rows from `from` up to `end`, `run` at once. */
  #take(rows: FlowRows, from: number, end: number, run: number, look: Look): void {
    for (let index = from; index < end; index += run) {
      const last = Math.min(index + run, end);
      if (this.#isAsBefore(rows, index, last - index)) this.#keep(index, last);
      else if (run > FEW) this.#take(rows, index, last, FEW, look);
      else this.#lookAt(index, last, look);
    }
  }

  #isAsBefore(rows: FlowRows, index: number, count: number): boolean {
    if (this.#lookAtAll) return false;
    return this.#at + count <= this.#before.length && rows.equals(index, count, this.#bytes, this.#at);
  }

  #keep(from: number, end: number): void {
    if (this.#alike === from && this.#at === from) this.#alike = end;
    if (this.#sockets === this.#before) this.#at = end;
    else for (let index = from; index < end; index++) this.#place(index, this.#before[this.#at++]);
  }

  #lookAt(from: number, end: number, look: Look): void {
    for (let index = from; index < end; index++) {
      const probably = this.#before[this.#at];
      const socket = look(index, probably);
      if (this.#sockets === this.#before && socket !== probably) this.#part(index);
      this.#at = nextAfter(socket, this.#at);
      if (this.#sockets !== this.#before) this.#place(index, socket);
    }
  }

  /** From row `index` on, the sockets are others than those of the read before. */
  #part(index: number): void {
    this.#sockets = this.#before.slice(0, index);
    this.#sockets.length = index;
  }

  /** Their rows are about to be overwritten. */
  #keepRowsOfGone(length: number): void {
    for (const socket of this.#before)
      if (socket && (socket.at >= length || this.#sockets[socket.at] !== socket)) socket.keepRow();
  }

  #place(index: number, socket: FlowSocket | undefined): void {
    this.#sockets.push(socket);
    if (socket && socket.at !== index) socket.at = index;
  }
}

/** Where the row after that of `socket` was: a new socket is one more, any other may have moved. */
function nextAfter(socket: FlowSocket | undefined, at: number): number {
  if (!socket) return at + 1;
  return socket.at < 0 ? at : socket.at + 1;
}

/** By index: an iterator would make an object for each of a hundred thousand sockets, every second. */
function count(sockets: readonly (FlowSocket | undefined)[]): number {
  let open = 0;
  for (let index = 0; index < sockets.length; index++) if (sockets[index]) open += 1;
  return open;
}
