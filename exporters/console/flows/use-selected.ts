import { useRef } from "preact/hooks";
import type { Flow, FlowsPage } from "../api/types.ts";
import { usePoll } from "../api/use-poll.ts";
import { flowKey, pathOfFlow } from "../lib/flow-key.ts";

const EVERY_MS = 3000;

/**
 * The flow of a key as it is now, be it in the list that is looked at or not; as it was seen last once the exporter has
 * let go of it. Undefined flow: not known, or not yet.
 */
export function useSelected(key: string | null, listed: readonly Flow[]): { flow: Flow | undefined; known: boolean } {
  const last = useRef<Flow | undefined>(undefined);
  const inList = key === null ? undefined : listed.find((one) => flowKey(one) === key);
  const elsewhere = key === null || inList ? undefined : pathOfFlow(key);
  const { data, stale } = usePoll<FlowsPage>(elsewhere, EVERY_MS);
  const found = inList ?? data?.flows.find((one) => flowKey(one) === key);
  if (found) last.current = found;
  const flow = last.current && flowKey(last.current) === key ? last.current : undefined;
  return { flow, known: flow !== undefined || (data !== undefined && !stale) };
}
