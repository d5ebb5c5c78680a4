import { parseDuration } from "./interval.ts";

/** What time a dashboard shows: the last seconds up to now, or a fixed time in seconds since 1970. */
export type Shown = { last: number } | { from: number; to: number };

const DAY = 86_400;
const LEAST_REFRESH = 5;
/** More than this the exporter asks Prometheus for at no time. */
const MOST_DAYS = 31;
/** Seconds since 1970; years have four digits until then. */
const YEAR_10000 = Date.UTC(10_000, 0) / 1000;
/** A longer one would begin before 1970. */
const LONGEST = 50 * 365 * DAY;

/** The ranges there are data for, and one that has all of them. @param oldest seconds since 1970; undefined: not known */
export function rangesSince(oldest: number | undefined, now: number): (readonly [string, string])[] {
  if (oldest === undefined) return [...RANGES];
  const hours = Math.max(1, Math.ceil((now - oldest) / 3600));
  const seconds = hours <= 24 ? hours * 3600 : Math.min(MOST_DAYS, Math.ceil(hours / 24)) * DAY;
  const shorter = RANGES.filter(([text]) => (parseDuration(text) ?? 0) < seconds);
  return [...shorter, [durationText(seconds), `all there is (${durationText(seconds)})`]];
}

/** As a field for date and time has it, in the reader's time zone: `2030-01-31T12:00`. */
export function fieldTime(seconds: number): string {
  const local = new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** Seconds since 1970 of two such fields; undefined: they are no range. */
export function fixedRange(from: string, to: string): { from: number; to: number } | undefined {
  const [start, end] = [from, to].map((text) => Date.parse(text) / 1000);
  return start !== undefined && end !== undefined && isRange(start, end) ? { from: start, to: end } : undefined;
}

/** Times that a field for date and time can show: an address may hold any number, and beyond some JavaScript has no date. */
function isRange(from: number, to: number): boolean {
  return from > 0 && to > from && to < YEAR_10000;
}

const RANGES: readonly (readonly [string, string])[] = [
  ["5m", "5 minutes"],
  ["15m", "15 minutes"],
  ["30m", "30 minutes"],
  ["1h", "1 hour"],
  ["3h", "3 hours"],
  ["6h", "6 hours"],
  ["12h", "12 hours"],
  ["24h", "24 hours"],
  ["2d", "2 days"],
  ["7d", "7 days"],
];

export const REFRESHES: readonly (readonly [string, string])[] = [
  ["off", "off"],
  ["5s", "5 s"],
  ["10s", "10 s"],
  ["30s", "30 s"],
  ["1m", "1 min"],
];

/** `range=15m`, or `from` and `to` in seconds since 1970; else, also where they make no sense, as the dashboard has it. */
export function shownOf(query: URLSearchParams, otherwise: number): Shown {
  const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
  if (isRange(from, to)) return { from, to };
  const last = parseDuration(query.get("range") ?? "") ?? otherwise;
  return { last: last > 0 && last < LONGEST ? last : otherwise };
}

/** Seconds between refreshes; 0: never. A fixed time does not change, and a link cannot ask for what would flood Prometheus. */
export function refreshOf(query: URLSearchParams, otherwise: number, shown: Shown): number {
  if ("from" in shown) return 0;
  const text = query.get("refresh") ?? "";
  if (text === "off") return 0;
  const asked = parseDuration(text);
  return asked === undefined ? otherwise : Math.max(LEAST_REFRESH, asked);
}

/** 900 → `15m`, as the address has it. */
export function durationText(seconds: number): string {
  if (seconds > DAY && seconds % DAY === 0) return `${seconds / DAY}d`;
  const [size, unit] = seconds % 3600 === 0 ? [3600, "h"] : seconds % 60 === 0 ? [60, "m"] : [1, "s"];
  return `${seconds / Number(size)}${unit}`;
}
