import { useCallback, useState } from "preact/hooks";
import type { Flow, FlowsPage } from "../api/types.ts";
import { usePoll } from "../api/use-poll.ts";
import { flowsPath, type Wanted } from "../lib/flows-query.ts";
import type { Sort } from "../lib/sort.ts";
import { pageOf, type Slice } from "../lib/virtual.ts";

const EVERY_MS = 3000;
const STEP = 50;
const FIRST = { offset: 0, limit: 2 * STEP };

/** The flows in sight, live: only the page of the list that is looked at is asked for, filtered and sorted there. */
export function useFlows(wanted: Wanted, sort: Sort, paused: boolean) {
  const [page, setPage] = useState(FIRST);
  const polled = usePoll<FlowsPage>(flowsPath(wanted, sort, page), paused ? 0 : EVERY_MS);
  const { data } = polled;

  const onSlice = useCallback((slice: Slice) => {
    const next = pageOf(slice, STEP);
    setPage((before) => (before.offset === next.offset && before.limit >= next.limit ? before : next));
  }, []);

  /** Undefined outside the page that was asked for. */
  const rowAt = (index: number): Flow | undefined => data?.flows[index - data.offset];

  return { ...polled, total: data?.total ?? 0, rowAt, onSlice };
}
