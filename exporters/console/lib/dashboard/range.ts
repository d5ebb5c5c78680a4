import { parseDuration } from "./interval.ts";

/** What time a dashboard shows: the last seconds up to now, or a fixed time in seconds since 1970. */
export type Shown = { last: number } | { from: number; to: number };

export const RANGES: readonly (readonly [string, string])[] = [
  ["5m", "5 minutes"],
  ["15m", "15 minutes"],
  ["30m", "30 minutes"],
  ["1h", "1 hour"],
  ["3h", "3 hours"],
  ["6h", "6 hours"],
  ["12h", "12 hours"],
  ["24h", "24 hours"],
];

export const REFRESHES: readonly (readonly [string, string])[] = [
  ["off", "off"],
  ["5s", "5 s"],
  ["10s", "10 s"],
  ["30s", "30 s"],
  ["1m", "1 min"],
];

/** `range=15m`, or `from` and `to` in seconds since 1970; else as the dashboard has it. */
export function shownOf(query: URLSearchParams, otherwise: number): Shown {
  const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
  if (from > 0 && to > from) return { from, to };
  return { last: parseDuration(query.get("range") ?? "") ?? otherwise };
}

/** Seconds between refreshes; 0: never. A fixed time does not change. */
export function refreshOf(query: URLSearchParams, otherwise: number, shown: Shown): number {
  if ("from" in shown) return 0;
  const text = query.get("refresh");
  return text === "off" ? 0 : (parseDuration(text ?? "") ?? otherwise);
}

/** 900 → `15m`, as the address has it. */
export function durationText(seconds: number): string {
  const [size, unit] = seconds % 3600 === 0 ? [3600, "h"] : seconds % 60 === 0 ? [60, "m"] : [1, "s"];
  return `${seconds / Number(size)}${unit}`;
}
