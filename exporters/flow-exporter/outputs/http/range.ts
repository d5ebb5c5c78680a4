import { z } from "zod";
import { readParameters } from "./parameters.ts";
import { moment } from "./query.ts";

/** What one question may ask for: more than a screen has room for, less than what fills Prometheus' memory. */
const MOST_POINTS = 2_000;
const MOST_DAYS = 31;
const DAY_MS = 24 * 3600 * 1000;

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
};

const DURATION = "must be seconds or a duration like 1m30s";

/** Seconds, or a duration as Prometheus writes it; milliseconds. */
const duration = z.string(DURATION).transform((value, context) => {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const parts = [...value.matchAll(/(\d+)(ms|[smhdwy])/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join("") === value) {
    return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  }
  context.addIssue(DURATION);
  return z.NEVER;
});

const rangeSchema = z.object({ start: moment, end: moment, step: duration }).superRefine((range, context) => {
  const lengthMs = range.end - range.start;
  const points = Math.floor(lengthMs / range.step) + 1;
  if (lengthMs < 0) context.addIssue({ code: "custom", path: ["end"], message: "must not be before the start" });
  if (lengthMs > MOST_DAYS * DAY_MS) {
    context.addIssue({ code: "custom", path: ["start"], message: `must be at most ${MOST_DAYS} days before the end` });
  }
  if (!(points <= MOST_POINTS)) {
    const least = Math.ceil(lengthMs / 1000 / (MOST_POINTS - 1));
    const message = `must be at least ${least} s, as no more than ${MOST_POINTS} points a series are answered`;
    context.addIssue({ code: "custom", path: ["step"], message });
  }
});

/** @throws BadQuery naming what is too much, or cannot be read. */
export function checkRange(parameters: URLSearchParams): void {
  // One that is given twice is a list, and refused: this server and Prometheus might not read the same of the two.
  const given = [...new Set(parameters.keys())].map((key) => {
    const values = parameters.getAll(key);
    return [key, values.length === 1 ? values[0] : values];
  });
  readParameters(rangeSchema, Object.fromEntries(given));
}
