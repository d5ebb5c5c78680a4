import type { Alert } from "../lib/dashboard/alerts.ts";
import type { RawSeries } from "../lib/dashboard/series.ts";
import type { LabelValues } from "../lib/dashboard/variables.ts";
import { getJson } from "./client.ts";

interface Answer<T> {
  data: T;
}

/** One sample for each series. */
export interface Instant {
  metric: Record<string, string>;
  value: [number, string];
}

export interface Range {
  /** Seconds since 1970. */
  from: number;
  to: number;
}

/** Series over a time. @throws ApiError */
export async function queryRange(query: string, { from, to }: Range, step: number, signal: AbortSignal) {
  const { data } = await ask<{ result: RawSeries[] }>("query_range", { query, start: from, end: to, step }, signal);
  return data.result;
}

/** Samples at a time, in seconds since 1970. A scalar has no labels. @throws ApiError */
export async function queryInstant(query: string, time: number, signal: AbortSignal): Promise<Instant[]> {
  const { data } = await ask<{ resultType: string; result: unknown }>("query", { query, time }, signal);
  if (data.resultType === "scalar") return [{ metric: {}, value: data.result as [number, string] }];
  return data.result as Instant[];
}

/** The values a label has in a time. @throws ApiError */
export async function labelValues({ label, selector }: LabelValues, { from, to }: Range, signal: AbortSignal) {
  const parameters = { start: from, end: to, ...(selector !== undefined && { "match[]": selector }) };
  const { data } = await ask<string[]>(`label/${encodeURIComponent(label)}/values`, parameters, signal);
  return data;
}

/** The alerts that fire or are about to. @throws ApiError */
export async function activeAlerts(signal: AbortSignal): Promise<Alert[]> {
  const { data } = await ask<{ alerts: Alert[] }>("alerts", {}, signal);
  return data.alerts;
}

function ask<T>(path: string, parameters: Record<string, string | number>, signal: AbortSignal): Promise<Answer<T>> {
  const query = new URLSearchParams(Object.entries(parameters).map(([key, value]) => [key, String(value)]));
  return getJson<Answer<T>>(`/api/prometheus/${path}?${query}`, signal);
}
