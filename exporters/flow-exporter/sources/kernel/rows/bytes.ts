import { type Layout, ROWS_VERSION } from "./layout.ts";

/** Rows that are not what layout.ts says; the message says which and why. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/**
 * Checks the head of every row in `bytes`.
 * @returns how many rows there are.
 * @throws DecodeError for a truncated row, or one of another size, kind or version.
 */
export function countRows(view: DataView, layout: Layout): number {
  const expected = headWord(layout);
  for (let at = 0; at < view.byteLength; at += layout.size) {
    if (view.byteLength - at < layout.size) throw truncated(view, at, layout);
    if (view.getUint32(at, true) !== expected) throw unknownRow(view, at, layout);
  }
  return view.byteLength / layout.size;
}

/** An unsigned 64-bit number. @throws DecodeError beyond 2^53, where a number would not be exact. */
export function u64(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true);
  const low = view.getUint32(at, true);
  if (high === 0) return low;
  if (high >= 0x20_0000) throw new DecodeError(`the number at byte ${at} is larger than 2^53`);
  return high * 0x1_0000_0000 + low;
}

/** 2^64 - 2^53: from here on the kernel counts cookies downwards. */
const DOWNWARDS = 0xffe0_0000;

/**
 * The cookie of a socket or a network namespace. The kernel counts them from 1 upwards; one that is made in an interrupt
 * while another is being made on that CPU comes from the other end, 2^64 - 1 and downwards (include/linux/cookie.h). Those
 * are moved to below 2^53, where they are exact and no other cookie ever comes.
 */
export function cookie(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true);
  if (high < DOWNWARDS) return u64(view, at);
  return (high - DOWNWARDS) * 0x1_0000_0000 + view.getUint32(at, true);
}

/** Whether `u64` can read a number; with `isCookie`, whether `cookie` can. */
export function fits(view: DataView, at: number, isCookie = false): boolean {
  const high = view.getUint32(at + 4, true);
  return high < 0x20_0000 || (isCookie && high >= DOWNWARDS);
}

const utf8 = new TextDecoder();

/** A NUL-terminated text; control characters become "?", so that it can be a label and a log line. */
export function text(view: DataView, at: number, bytes: number): string {
  let end = at;
  for (; end < at + bytes; end++) {
    const byte = view.getUint8(end);
    if (byte === 0) break;
    if (byte < 0x20 || byte > 0x7e) return anyText(view, at, bytes);
  }
  // In one piece: put together sign by sign, it would be as many texts.
  return Buffer.from(view.buffer, view.byteOffset + at, end - at).toString("latin1");
}

/** A process's name. Node calls the main thread of every program MainThread, which would say nothing. */
export function processName(view: DataView, at: number, bytes: number): string {
  const name = text(view, at, bytes);
  return name === "MainThread" ? "node" : name;
}

function anyText(view: DataView, at: number, bytes: number): string {
  const raw = new Uint8Array(view.buffer, view.byteOffset + at, bytes);
  const end = raw.indexOf(0);
  return utf8.decode(end < 0 ? raw : raw.subarray(0, end)).replace(/\p{Cc}/gu, "?");
}

function headWord(layout: Layout): number {
  return layout.size + layout.kind * 0x1_0000 + ROWS_VERSION * 0x100_0000;
}

function truncated(view: DataView, at: number, layout: Layout): DecodeError {
  return new DecodeError(
    `${layout.name} at byte ${at} is cut off after ${view.byteLength - at} of ${layout.size} bytes`,
  );
}

function unknownRow(view: DataView, at: number, layout: Layout): DecodeError {
  const found = `size ${view.getUint16(at, true)}, kind ${view.getUint8(at + 2)}, version ${view.getUint8(at + 3)}`;
  const expected = `size ${layout.size}, kind ${layout.kind}, version ${ROWS_VERSION}`;
  return new DecodeError(`${layout.name} at byte ${at} has ${found}; this exporter reads ${expected}`);
}
