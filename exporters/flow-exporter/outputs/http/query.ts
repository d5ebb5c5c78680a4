import { z } from "zod";
import type { View } from "../view.ts";
import { whole } from "./parameters.ts";

/** An answer with more is large: it is given to one client at a time. The graph has as many edges at its default bound. */
export const LARGE_ROWS = 2_500;
export const RETRY_SECONDS = 5;
/** A client that takes an answer more slowly is cut off. */
export const PATIENCE_MS = 30_000;

/** Which part of a list to answer with. */
export const page = {
  limit: whole(1, 10_000).default(100),
  offset: whole(0).default(0),
};

const MOMENT = "must be seconds since 1970 or a date like 2030-01-31T12:00:00Z";

/** `Date.parse` makes dates of other texts as well: of "last 5" the first of May 2001. */
const ISO_DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** Seconds since 1970, or a date as ISO 8601 writes it; milliseconds since 1970. */
export const moment = z.string(MOMENT).transform((value, context) => {
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : dateOf(value);
  if (Number.isFinite(ms)) return ms;
  context.addIssue(MOMENT);
  return z.NEVER;
});

/** NaN for what is no date; `Date.parse` itself takes the 31st of February for the 3rd of March. */
function dateOf(text: string): number {
  const [day = ""] = ISO_DATE.test(text) ? text.split("T") : [];
  const midnight = Date.parse(day);
  const isDay = Number.isFinite(midnight) && new Date(midnight).toISOString().startsWith(day);
  return isDay ? Date.parse(text) : Number.NaN;
}

/** A moment as a database takes it, milliseconds since 1970: a later one is as far in the future. */
export function storableMs(ms: number): number {
  return Math.min(Math.floor(ms), Number.MAX_SAFE_INTEGER);
}

/** Sockets in the last read that there was no room for in memory. */
export function leftOutOf(view: View): number {
  const { tcp, udp } = view.socketsLeftOut();
  return tcp + udp;
}
