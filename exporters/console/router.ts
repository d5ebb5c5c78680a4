import { signal } from "@preact/signals";
import { hashOf, parseRoute } from "./lib/route.ts";

/** Where the console is. */
export const route = signal(parseRoute(location.hash));

addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash);
});

/** Replaces parameters of the present page, without a new entry in the browser's history. */
export function setQuery(change: Record<string, string | string[] | undefined>): void {
  const { page, id, query } = route.value;
  const before: Record<string, string | string[] | undefined> = {};
  for (const key of query.keys()) before[key] = query.getAll(key);
  const hash = hashOf(page ?? "map", id, { ...before, ...change });
  history.replaceState(null, "", hash);
  route.value = parseRoute(hash);
}
