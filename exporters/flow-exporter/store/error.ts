/**
 * `SCHEMA_NEWER`: a newer program has written the database; `REFUSED`: its server does not let us in; `UNREACHABLE`: it does not
 * answer, or is busy; `BAD_QUERY`: what was asked makes no sense; `FAILED`: anything else.
 */
export type StoreErrorCode = "SCHEMA_NEWER" | "READ_ONLY" | "FULL" | "UNREACHABLE" | "REFUSED" | "BAD_QUERY" | "FAILED";

/** The only error of a store: a name to count it by, and a sentence. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
