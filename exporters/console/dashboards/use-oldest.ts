import type { Instant } from "../api/prometheus.ts";
import { usePoll } from "../api/use-poll.ts";

const PATH = `/api/prometheus/query?query=${encodeURIComponent("min(prometheus_tsdb_lowest_timestamp_seconds)")}`;

/** When Prometheus' data begin, seconds since 1970; undefined while that is not known. */
export function useOldest(): number | undefined {
  const { data } = usePoll<{ data: { result: Instant[] } }>(PATH, 0);
  const oldest = Number(data?.data.result[0]?.value[1]);
  return oldest > 0 && Number.isFinite(oldest) ? oldest : undefined;
}
