import { signal } from "@preact/signals";
import { hashOf, parseRoute } from "./lib/route.ts";

/** Where the console is. */
export const route = signal(parseRoute(location.hash));

addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash);
});

/**
 * Changes parameters of the present page, as a step that the browser's Back undoes. All that is typed into one field, one
 * after the other, is one step: `typing` names the field.
 */
export function setQuery(change: Record<string, string | string[] | undefined>, typing?: string): void {
  const { page, id, query } = route.value;
  const before: Record<string, string | string[] | undefined> = {};
  for (const key of query.keys()) before[key] = query.getAll(key);
  const hash = hashOf(page ?? "map", id, { ...before, ...change });
  if (hash === location.hash) return;
  const goesOn = typing !== undefined && history.state?.typing === typing;
  history[goesOn ? "replaceState" : "pushState"]({ typing }, "", hash);
  route.value = parseRoute(hash);
}
