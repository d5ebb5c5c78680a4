/** Seconds between two scrapes, as prometheus.yml and Grafana's data source have it. */
export const SCRAPE_SECONDS = 5;

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Seconds of `15m`, `1h30m`, `>5s`; undefined for anything else. */
export function parseDuration(text: string | undefined): number | undefined {
  const parts = [...(text ?? "").replace(/^>/, "").matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? "s"] ?? 1), 0);
}

/** Seconds between the points of a picture: a round number, so that not more than `points` fit in, at least `least`. */
export function stepFor(rangeSeconds: number, points: number, least: number): number {
  const wanted = rangeSeconds / Math.max(1, points);
  const round = STEPS.find((step) => step >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
  return Math.max(round, least);
}

/** What Grafana puts in for $__rate_interval: wide enough that every point sees four scrapes. */
export function rateInterval(step: number, scrape: number): number {
  return Math.max(step + scrape, 4 * scrape);
}

/** Start and end on multiples of the step, so that points stay where they are from refresh to refresh. */
export function aligned({ from, to }: { from: number; to: number }, step: number): { from: number; to: number } {
  return { from: Math.floor(from / step) * step, to: Math.floor(to / step) * step };
}
