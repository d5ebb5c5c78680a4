import { onSteps, type RawSeries } from "./dashboard/series.ts";

/** What a column's small chart shows: the last quarter of an hour, in points half a minute apart. */
const LAST_SECONDS = 900;
export const STEP_SECONDS = 30;
const POINTS = LAST_SECONDS / STEP_SECONDS + 1;

/** Queries by what they show; each series has the label `endpoint`. A flow counts at both of its ends. */
export const COURSES = {
  cpu: ["sum by (endpoint) (rate(flow_endpoint_cpu_seconds_total[1m]))"],
  traffic: ["source", "destination"].map(
    (end) =>
      `sum by (endpoint) (label_join(rate(flow_sent_bytes_total[1m]) + rate(flow_received_bytes_total[1m]), "endpoint", "", "${end}"))`,
  ),
} as const;

export type Trend = readonly (number | null)[];

/** The exporter's path for a query's trend up to now. */
export function trendPath(query: string, nowSeconds: number): string {
  const { start, end } = timesOf(nowSeconds);
  const parameters = { query, start: String(start), end: String(end), step: String(STEP_SECONDS) };
  return `/api/prometheus/query_range?${new URLSearchParams(parameters)}`;
}

/** The trend of each endpoint; what several queries say of one is added up. */
export function trendsOf(series: readonly RawSeries[], nowSeconds: number): Map<string, Trend> {
  const trends = new Map<string, Trend>();
  for (const { metric, values } of series) {
    const name = metric.endpoint ?? "";
    const trend = onSteps(values, timesOf(nowSeconds).start, STEP_SECONDS, POINTS);
    const before = trends.get(name);
    trends.set(name, before ? before.map((value, at) => sum(value, trend[at] ?? null)) : trend);
  }
  return trends;
}

function timesOf(nowSeconds: number): { start: number; end: number } {
  const end = Math.floor(nowSeconds / STEP_SECONDS) * STEP_SECONDS;
  return { start: end - LAST_SECONDS, end };
}

function sum(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : one + other;
}
