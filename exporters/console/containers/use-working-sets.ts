import { useMemo } from "preact/hooks";
import { hasPrometheus } from "../api/health.ts";
import type { Instant } from "../api/prometheus.ts";
import { usePoll } from "../api/use-poll.ts";
import { WORKING_SETS, workingSetsOf } from "../lib/working-sets.ts";

/** As often as cAdvisor looks at a quiet container. */
const EVERY_MS = 15_000;

/** The working sets of the containers, by id, as Prometheus knows them; empty while it does not answer. */
export function useWorkingSets(): ReadonlyMap<string, number> {
  const path = `/api/prometheus/query?query=${encodeURIComponent(WORKING_SETS)}`;
  const { data } = usePoll<{ data: { result: Instant[] } }>(hasPrometheus.value ? path : undefined, EVERY_MS);
  return useMemo(() => workingSetsOf(data?.data.result ?? []), [data]);
}
