import { UsageError } from "../errors.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const MIN_SECONDS = 30;
const MAX_SECONDS = 24 * 3600;
const DEFAULT = "15m";

/**
 * Seconds of a window such as 15m.
 * @throws UsageError for what is no time, or not from 30 s to 24 h.
 */
export function windowSeconds(text = DEFAULT): number {
  const [, amount, unit = ""] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const seconds = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return seconds;
  throw new UsageError(`Option --window takes a time from 30s to 24h such as 15m, not "${text}".`);
}

/** Seconds as a user would write them: 90 s, 15 min, 2 h. */
export function inWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
