import { useMemo } from "preact/hooks";
import { hasPrometheus } from "../api/health.ts";
import type { Instant } from "../api/prometheus.ts";
import { usePoll } from "../api/use-poll.ts";
import { SUBJECTS_QUERY } from "../lib/dashboard/offered.ts";

const PATH = `/api/prometheus/query?query=${encodeURIComponent(SUBJECTS_QUERY)}`;
/** Another program may come while the page is open. */
const EVERY_MS = 60_000;

interface Answer {
  data: { result: Instant[] };
}

/** Names of the metrics that dashboards are offered for; none while they are not known. */
export function useSubjects(): ReadonlySet<string> {
  const { data } = usePoll<Answer>(hasPrometheus.value === false ? undefined : PATH, EVERY_MS);
  return useMemo(() => new Set(data?.data.result.map(({ metric }) => metric.__name__ ?? "")), [data]);
}
