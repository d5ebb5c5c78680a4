import type { GraphLink, Scope } from "../api/types.ts";

/**
 * Of which machine things are shown, as the address has it; undefined: of all. The map's address has `node` for the endpoint
 * that is chosen on it.
 */
export function chosenNode(query: URLSearchParams): string | undefined {
  return query.get("on") || undefined;
}

/** What makes this the only machine that is shown, as a change of the address. */
export function onlyNode(node: string | undefined): { on: string | undefined } {
  return { on: node };
}

/** The words of a question about all machines, or one. */
export function nodesQuery(node: string | undefined): Record<string, string> {
  return { nodes: "all", ...(node !== undefined && { node }) };
}

/** The machines to choose among, and the one that is chosen, be it known or not; none: there is no choice. */
export function nodeChoices(scope: Pick<Scope, "nodes"> | undefined, chosen: string | undefined): string[] {
  const all = new Set([...(scope?.nodes ?? []), ...(chosen === undefined ? [] : [chosen])]);
  return all.size > 1 || chosen !== undefined ? [...all].sort() : [];
}

/** Whether what is shown is of several machines, so that each must be named. */
export function isOfMany(scope: Pick<Scope, "nodes"> | undefined): boolean {
  return scope !== undefined && scope.nodes.length > 1;
}

/** Which nodes have told of a flow between two ends, and how the other end is known. */
export function seenBy({ halves, source_node, destination_node }: Told): string {
  if (halves === "both") return "both ends";
  const isNamed = (halves === "client" ? destination_node : source_node) !== "";
  return `its ${halves}’s node only${isNamed ? "; the other end by its address" : ""}`;
}

type Told = Pick<GraphLink, "halves" | "source_node" | "destination_node">;
