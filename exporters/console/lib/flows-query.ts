import type { Sort } from "./sort.ts";

/** The filters of the flows page, as the address and the exporter name them. */
const FLOW_FILTERS = ["container", "port", "protocol", "state"] as const;

export type FlowFilters = Partial<Record<(typeof FLOW_FILTERS)[number], string>>;

/** What of an address filters flows. */
export function filtersOf(query: URLSearchParams): FlowFilters {
  const filters: FlowFilters = {};
  for (const key of FLOW_FILTERS) {
    const value = query.get(key)?.trim();
    if (value) filters[key] = value;
  }
  return filters;
}

/** `-sent_bytes` → sorted by sent bytes, the largest first. */
export function sortOf(text: string | null): Sort {
  const key = text || "-sent_bytes";
  return { key: key.replace(/^-/, ""), descending: key.startsWith("-") };
}

export function sortText({ key, descending }: Sort): string {
  return `${descending ? "-" : ""}${key}`;
}

/** The exporter's path for a page of flows. */
export function flowsPath(filters: FlowFilters, sort: Sort, page: { offset: number; limit: number }): string {
  const query = new URLSearchParams({ ...filters, sort: sortText(sort) });
  query.set("limit", String(Math.min(10_000, page.limit)));
  query.set("offset", String(page.offset));
  return `/api/flows?${query}`;
}
