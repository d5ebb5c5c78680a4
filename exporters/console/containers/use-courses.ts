import { useEffect, useMemo, useState } from "preact/hooks";
import { usePoll } from "../api/use-poll.ts";
import { COURSES, type Course, coursePath, coursesOf, STEP_SECONDS } from "../lib/courses.ts";
import type { RawSeries } from "../lib/dashboard/series.ts";

type Answer = { data: { result: RawSeries[] } };

export interface Courses {
  cpu: ReadonlyMap<string, Course>;
  traffic: ReadonlyMap<string, Course>;
}

/** How CPU and traffic of each endpoint went of late, as Prometheus knows it; empty while it does not answer. */
export function useCourses(): Courses {
  const now = useNow(STEP_SECONDS);
  const cpu = useCourse(COURSES.cpu[0], now);
  const [atSource = "", atDestination = ""] = COURSES.traffic;
  const out = useCourse(atSource, now);
  const back = useCourse(atDestination, now);
  return useMemo(
    () => ({ cpu: coursesOf(cpu, now), traffic: coursesOf([...out, ...back], now) }),
    [cpu, out, back, now],
  );
}

const NOTHING: readonly RawSeries[] = [];

function useCourse(query: string, now: number): readonly RawSeries[] {
  return usePoll<Answer>(coursePath(query, now), 0).data?.data.result ?? NOTHING;
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
