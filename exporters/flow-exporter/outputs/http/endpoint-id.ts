import type { Endpoint } from "../../model/endpoint.ts";
import type { View } from "../view.ts";

/** What an end is called that is on no node. */
export const WORLD_NAME = "world";

/** What tells an endpoint from all others of an answer: its name, and where that may be on several nodes, its node's. */
export function endpointId(name: string, node: string, isQualified: boolean): string {
  return isQualified && node !== "" ? `${name}@${node}` : name;
}

/** Kinds of endpoints that are on no node in particular. */
const NOWHERE: ReadonlySet<string> = new Set(["world", "service", "other"]);

/** The name of the node that an endpoint is on, which is this one where nothing else is known; empty: on none. */
export function nodeOf(endpoint: Endpoint, { node }: Pick<View, "node">): string {
  return endpoint.node ?? (NOWHERE.has(endpoint.kind) ? "" : node);
}
