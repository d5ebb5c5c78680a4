import { useEffect, useMemo, useState } from "preact/hooks";
import { hasPrometheus } from "../api/health.ts";
import { usePoll } from "../api/use-poll.ts";
import type { RawSeries } from "../lib/dashboard/series.ts";
import { COURSES, STEP_SECONDS, type Trend, trendPath, trendsOf } from "../lib/trends.ts";

type Answer = { data: { result: RawSeries[] } };

export interface Trends {
  cpu: ReadonlyMap<string, Trend>;
  traffic: ReadonlyMap<string, Trend>;
}

/** How CPU and traffic of each endpoint went of late, as Prometheus knows it; empty while it does not answer. */
export function useTrends(): Trends {
  const now = useNow(STEP_SECONDS);
  const cpu = useTrend(COURSES.cpu[0], now);
  const [atSource = "", atDestination = ""] = COURSES.traffic;
  const out = useTrend(atSource, now);
  const back = useTrend(atDestination, now);
  return useMemo(() => ({ cpu: trendsOf(cpu, now), traffic: trendsOf([...out, ...back], now) }), [cpu, out, back, now]);
}

const NOTHING: readonly RawSeries[] = [];

function useTrend(query: string, now: number): readonly RawSeries[] {
  return usePoll<Answer>(hasPrometheus.value ? trendPath(query, now) : undefined, 0).data?.data.result ?? NOTHING;
}

/** Seconds since 1970, in steps. */
function useNow(stepSeconds: number): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), stepSeconds * 1000);
    return () => clearInterval(timer);
  }, [stepSeconds]);
  return now;
}
