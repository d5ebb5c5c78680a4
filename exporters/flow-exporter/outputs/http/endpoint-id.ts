import type { Endpoint } from "../../model/endpoint.ts";
import type { View } from "../view.ts";

/** What an end is called that is on no node. */
export const WORLD_NAME = "world";

/** What tells an endpoint from all others of an answer: its name, and where that may be on several nodes, its node's. */
export function endpointId(name: string, node: string, isQualified: boolean): string {
  return isQualified && node !== "" ? `${name}@${node}` : name;
}

/** The name of this node, unless the endpoint is not on it. */
export function nodeOf({ kind }: Endpoint, { node }: Pick<View, "node">): string {
  return kind === "world" || kind === "other" ? "" : node;
}
