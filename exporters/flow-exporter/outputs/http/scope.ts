import { z } from "zod";
import type { AllNodes, Outlook } from "../nodes/all-nodes.ts";
import type { View } from "../view.ts";
import type * as answers from "./answers.ts";
import { BadQuery, oneOf } from "./parameters.ts";

/** Longer than any name. */
const MAX_NAME = 1_024;
const NAME = "must be the name of a node";

/** Whose flows are asked for. */
export const scope = {
  /** `all`: of every node that writes to a store that several share. */
  nodes: oneOf(["this", "all"]).default("this"),
  /** Only those with an end at this one. */
  node: z.string(NAME).min(1, NAME).max(MAX_NAME, NAME).optional(),
};

interface ScopeQuery {
  nodes: "this" | "all";
  node?: string | undefined;
}

/** Whose flows an answer has, and where they come from. */
export interface Seen {
  /** What is known of all nodes; undefined: the answer is of this one, as it is read from the kernel. */
  outlook: Outlook | undefined;
  /** Endpoints of one name may be on several nodes, so that their ids have the node's name too. */
  isQualified: boolean;
  /** None of this node's own is asked for. */
  isElsewhere: boolean;
  about: answers.Scope;
}

/**
 * Decides whose flows to answer with. Of all nodes where there are others; while the store does not answer, of this one.
 * @throws BadQuery where `node` makes no sense
 */
export async function seenBy({ nodes, node }: ScopeQuery, view: View, all: AllNodes | undefined): Promise<Seen> {
  if (nodes === "this" && node !== undefined) throw new BadQuery("node can be given only with nodes=all.");
  const outlook = nodes === "all" && all ? await all.look() : undefined;
  const known = outlook?.nodes ?? [view.node];
  if (node !== undefined && !known.includes(node) && !outlook?.failure)
    throw new BadQuery(
      `node must be one that has had an end of a flow within the hour: ${known.join(", ")} (given: ${JSON.stringify(node)}).`,
    );
  const isAll = outlook?.reading !== undefined && known.length > 1;
  const { failure, reading } = outlook ?? {};
  return {
    outlook: isAll ? outlook : undefined,
    isQualified: outlook !== undefined,
    isElsewhere: node !== undefined && node !== view.node,
    about: {
      node: view.node,
      shown: isAll ? "all" : "this",
      nodes: [...known],
      reason: failure ? reasonOf(failure) : null,
      since: isAll && reading && reading.sinceMs > 0 ? new Date(reading.sinceMs).toISOString() : null,
      edges_left_out: isAll && reading ? reading.leftOut : 0,
    },
  };
}

/** Why the other nodes are not shown. */
export function reasonOf({ code, message }: { code: string; message: string }): answers.Scope["reason"] {
  return { code: `STORE_${code}`, message };
}
