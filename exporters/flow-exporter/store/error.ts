/**
 * `SCHEMA_NEWER`: a newer program has written the database; `REFUSED`: its server does not let us in, or it is another program's;
 * `UNREACHABLE`: it does not answer, or is busy; `NO_TABLES`: somebody has dropped or changed its tables; `BAD_ROWS`: rows that it does
 * not take, or that make no sense as they are read; `DAMAGED`: its file is, or is no database at all; `BAD_QUERY`: what was asked makes
 * no sense; `FAILED`: anything else.
 */
export type StoreErrorCode =
  | "SCHEMA_NEWER"
  | "READ_ONLY"
  | "FULL"
  | "UNREACHABLE"
  | "REFUSED"
  | "NO_TABLES"
  | "BAD_ROWS"
  | "DAMAGED"
  | "BAD_QUERY"
  | "FAILED";

/** What stands behind the words of an error of `NO_TABLES`. */
export const MADE_ANEW = "; once all its tables are gone, the next write makes them anew";

/** The only error of a store: a name to count it by, and a sentence. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
