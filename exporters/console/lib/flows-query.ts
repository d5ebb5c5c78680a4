import { chosenNode, nodesQuery } from "./nodes.ts";
import { portFault } from "./ports.ts";
import { hashOf } from "./route.ts";
import { parseSort, type Sort, sortText } from "./sort.ts";

/** The filters of the flows page, as the address and the exporter name them. */
const FLOW_FILTERS = ["search", "container", "port", "protocol", "state", "origin", "verdict"] as const;

type FlowFilter = (typeof FLOW_FILTERS)[number];
export type FlowFilters = Partial<Record<FlowFilter, string>>;

/** What the flows page shows. */
export interface Wanted {
  filters: FlowFilters;
  /** The only machine of which flows are shown; undefined: all. */
  node: string | undefined;
  /** The monitoring's own flows too. */
  monitoring: boolean;
}

export function wantedOf(query: URLSearchParams): Wanted {
  return { filters: filtersOf(query), node: chosenNode(query), monitoring: query.get("monitoring") === "1" };
}

/** Address of the flows page for something that was pointed at; it can be the monitoring's own, so that is shown too. */
export function hashOfFlows(filters: Partial<Record<FlowFilter | "on", string | undefined>>): string {
  return hashOf("flows", "", { ...filters, monitoring: "1" });
}

/** What takes every filter away, as a change of the address. */
export const NO_FILTERS: Record<FlowFilter | "on", undefined> = {
  on: undefined,
  search: undefined,
  container: undefined,
  port: undefined,
  protocol: undefined,
  state: undefined,
  origin: undefined,
  verdict: undefined,
};

/** The filters in words: `container web, port 80`. */
export function filterText(filters: FlowFilters & { node?: string }): string {
  return Object.entries(filters)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
}

/** A port that is none filters nothing: the field that has it says so. */
function filtersOf(query: URLSearchParams): FlowFilters {
  const filters: FlowFilters = {};
  for (const key of FLOW_FILTERS) {
    const value = query.get(key)?.trim();
    if (value && !(key === "port" && portFault(value))) filters[key] = value;
  }
  return filters;
}

/**
 * `-sent_bytes` → sorted by sent bytes, the largest first. Unless something else is asked for, those that carry most in both
 * directions come first: what is large may be a question or an answer. Of failed flows, which carry nothing, the newest.
 */
export function sortOf(text: string | null, { state }: FlowFilters): Sort {
  return parseSort(text || (state === "failed" ? "-end" : "-bytes"));
}

/** The exporter's path for a page of flows. */
export function flowsPath(
  { filters, node, monitoring }: Wanted,
  sort: Sort,
  page: { offset: number; limit: number },
): string {
  const query = new URLSearchParams({
    ...filters,
    monitoring: monitoring ? "1" : "0",
    sort: sortText(sort),
    ...nodesQuery(node),
  });
  query.set("limit", String(Math.min(10_000, page.limit)));
  query.set("offset", String(page.offset));
  return `/api/flows?${query}`;
}
