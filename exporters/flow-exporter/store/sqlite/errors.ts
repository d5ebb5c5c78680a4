import { MADE_ANEW, StoreError, type StoreErrorCode } from "../error.ts";

const BUSY = 5;
/** SQLite's primary result codes. */
const CODES: Readonly<Record<number, StoreErrorCode>> = {
  [BUSY]: "UNREACHABLE", // another process is writing
  6: "UNREACHABLE", // locked
  8: "READ_ONLY",
  11: "DAMAGED",
  13: "FULL",
  14: "REFUSED", // cannot be opened
  18: "BAD_ROWS", // a text that is too long
  19: "BAD_ROWS", // a value that a constraint forbids
  20: "BAD_ROWS", // a value of another type than its column's
  26: "DAMAGED", // no database
};
/** An extended code has the primary one in its lowest byte. */
const PRIMARY = 0xff;
/** A file system without room for SQLite's own files makes the disk's errors, and not that of a full database. */
const NO_ROOM = [4874, 778]; // SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE

/** What stands behind the words of an error of `DAMAGED`. */
const MOVE_AWAY =
  "; move it away, and what has its name with -wal or -shm behind it: a new one is made, and what waits goes into it";

/** The error of a store for one of SQLite's, or of the program itself. */
export function sqliteError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // It has no code of its own for that.
  if (/^no such (table|column)/.test(message)) return new StoreError("NO_TABLES", message + MADE_ANEW, error);
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code === "ERR_INVALID_ARG_TYPE") return new StoreError("BAD_ROWS", message, error);
  const name = typeof errcode === "number" ? codeOf(errcode) : "FAILED";
  return new StoreError(name, name === "DAMAGED" ? message + MOVE_AWAY : message, error);
}

/** Whether another process has the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === "number" && (code & PRIMARY) === BUSY;
}

function codeOf(code: number): StoreErrorCode {
  return NO_ROOM.includes(code) ? "FULL" : (CODES[code & PRIMARY] ?? "FAILED");
}
