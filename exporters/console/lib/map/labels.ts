import type { GraphNode } from "../../api/types.ts";
import { groupOf } from "../graph.ts";
import type { Item } from "./block.ts";

/** Size of names on the map, in screen pixels. */
export const TEXT_PX = 12;
export const NODE_HEIGHT = 22;
/** Beside a name within its node, for the signs of shape and health. */
const BESIDE = 26;
const MOST_LETTERS = 24;

/** What is written in a node: its name without what its frame says already; a long one has its middle cut out. */
export function labelOf({ id, kind, compose_project: project }: GraphNode): string {
  const name = kind === "process" ? id.replace(/^host\//, "") : withoutPrefix(id, [`${project}-`, `${project}_`]);
  if (name.length <= MOST_LETTERS) return name;
  const kept = MOST_LETTERS - 1;
  return `${name.slice(0, Math.ceil(kept * 0.6))}…${name.slice(-Math.floor(kept * 0.4))}`;
}

/** @param widthOf of a text as it is written on the map, in pixels */
export function itemOf(node: GraphNode, widthOf: (text: string) => number): Item {
  const [group] = groupOf(node);
  return { id: node.id, group: group?.id ?? "", w: Math.ceil(widthOf(labelOf(node))) + BESIDE, h: NODE_HEIGHT };
}

function withoutPrefix(name: string, prefixes: readonly string[]): string {
  const prefix = prefixes.find((one) => one.length > 1 && name.startsWith(one));
  return prefix && name.length > prefix.length ? name.slice(prefix.length) : name;
}
