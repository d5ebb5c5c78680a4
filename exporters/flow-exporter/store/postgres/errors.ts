import { MADE_ANEW, StoreError, type StoreErrorCode } from "../error.ts";

/** By SQLSTATE, or by its class, the first two characters. */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  "08": "UNREACHABLE", // connection exceptions
  "22": "BAD_ROWS", // a value that its column's type does not have
  "23": "BAD_ROWS", // a value that a constraint forbids
  "25006": "READ_ONLY",
  "28": "REFUSED", // not who it says it is
  "3D": "REFUSED", // there is no such database
  "42501": "REFUSED", // no rights for that
  "42703": "NO_TABLES", // no such column
  "42804": "NO_TABLES", // a column of another type
  "42P01": "NO_TABLES", // no such table
  "53": "UNREACHABLE", // no more connections, no memory
  "53100": "FULL",
  "57": "UNREACHABLE", // is shutting down, or starting up
};
/** Another transaction was in the way: the same again is what the manual asks for. CockroachDB's word is the first one. */
const PASSING = ["40001", "40P01"];
/** Two programs made the same table, or schema version, at once. */
const MADE_TWICE = ["23505", "42P07", "42710"];

/** The error of a store for one of PostgreSQL's, of the network, or of the program itself. */
export function postgresError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = messageOf(error);
  const state = stateOf(error);
  // What comes without a state did not come from the database: the connection failed.
  if (state === "") return new StoreError("UNREACHABLE", message, error);
  const code = CODES[state] ?? CODES[state.slice(0, 2)] ?? "FAILED";
  return new StoreError(code, code === "NO_TABLES" ? message + MADE_ANEW : message, error);
}

/** Of a read: that a value does not fit its column, or is no text here, is the fault of who asks. */
export function asBadQuery(error: StoreError): StoreError {
  return stateOf(error.cause).startsWith("22") ? new StoreError("BAD_QUERY", error.message, error.cause) : error;
}

/** Whether a statement may succeed when it is run again at once. */
export function isPassing(error: unknown): boolean {
  return PASSING.includes(stateOf(error));
}

/** Whether a migration may succeed when it is run again at once. */
export function isMadeTwice(error: unknown): boolean {
  return isPassing(error) || MADE_TWICE.includes(stateOf(error));
}

/** Each SQLSTATE has five characters, and a digit among them, which none of the system's codes has: ECONNREFUSED, EPIPE. */
function stateOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : "";
}

/** Of a name with several addresses each has failed in its own way, and the error as a whole has no message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
