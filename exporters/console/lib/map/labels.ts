import type { GraphNode } from "../../api/types.ts";
import { groupOf, type MapGroup, type MapModel, machineOf } from "../graph.ts";
import { plainText } from "../plain-text.ts";
import type { Item } from "./block.ts";

/** Size of names on the map, in screen pixels. */
export const TEXT_PX = 12;
export const NODE_HEIGHT = 22;
/** Beside a name within its node, for the signs of shape and health. */
const BESIDE = 26;
const MOST_LETTERS = 24;
const MOST_LETTERS_OF_HEADING = 32;

/** What is written in a node: its name without what its frame says already; a long one has its middle cut out. */
export function labelOf({ name, kind, compose_project: project, pod, namespace }: GraphNode): string {
  const prefixes = [`${project}-`, `${project}_`, pod === "" ? "" : `${namespace}/`];
  return shortened(
    plainText(kind === "process" ? name.replace(/^host\//, "") : withoutPrefix(name, prefixes)),
    MOST_LETTERS,
  );
}

/** What is written above a frame: a project's name is a label, which can be any text, and would make the whole map small. */
export function headingOf({ label }: MapGroup): string {
  return shortened(plainText(label), MOST_LETTERS_OF_HEADING);
}

/** @param widthOf of a text as it is written on the map, in pixels */
export function itemOf(
  node: GraphNode,
  { machines }: Pick<MapModel, "machines">,
  widthOf: (text: string) => number,
): Item {
  const [group] = groupOf(node);
  const [machine] = machineOf(node);
  return {
    id: node.id,
    group: group?.id ?? "",
    machine: machine && machines.has(machine.id) ? machine.id : "",
    w: Math.ceil(widthOf(labelOf(node))) + BESIDE,
    h: NODE_HEIGHT,
  };
}

function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const kept = most - 1;
  return `${name.slice(0, Math.ceil(kept * 0.6))}…${name.slice(-Math.floor(kept * 0.4))}`;
}

function withoutPrefix(name: string, prefixes: readonly string[]): string {
  const prefix = prefixes.find((one) => one.length > 1 && name.startsWith(one));
  return prefix && name.length > prefix.length ? name.slice(prefix.length) : name;
}
