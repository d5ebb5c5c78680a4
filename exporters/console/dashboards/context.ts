import type { Range } from "../api/prometheus.ts";
import { rateInterval, SCRAPE_SECONDS } from "../lib/dashboard/interval.ts";
import { type Bound, interpolate } from "../lib/dashboard/template.ts";

/** What all panels of a dashboard share. Each refresh makes a new one. */
export interface Context {
  range: Range;
  bound: ReadonlyMap<string, Bound>;
  /** Shows another time. */
  onZoom(range: Range): void;
}

/** A text with variables and Grafana's own put in. */
export function filled(
  text: string,
  { range, bound }: Context,
  step = SCRAPE_SECONDS,
  scrape = SCRAPE_SECONDS,
): string {
  return interpolate(text, new Map([...builtIn(range, step, scrape), ...bound]));
}

function builtIn({ from, to }: Range, step: number, scrape: number): Map<string, Bound> {
  const seconds = Math.max(1, Math.round(to - from));
  const values: Record<string, string> = {
    __interval: `${step}s`,
    __interval_ms: String(step * 1000),
    __rate_interval: `${rateInterval(step, scrape)}s`,
    __range: `${seconds}s`,
    __range_s: String(seconds),
    __range_ms: String(seconds * 1000),
    __from: String(Math.round(from * 1000)),
    __to: String(Math.round(to * 1000)),
  };
  return new Map(
    Object.entries(values).map(([name, value]) => [name, { values: [value], several: false, asIs: true }]),
  );
}
