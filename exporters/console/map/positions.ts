import type { Core, NodeSingular } from "cytoscape";
import type { Box, Point, Size } from "../lib/map/geometry.ts";
import { storage } from "../ui/theme.ts";

/** Of each machine that is looked at alone there is a picture of its own. */
function keyOf(of: string | undefined): string {
  return of === undefined ? "flowtally.map" : `flowtally.map.${of}`;
}

/** Where the nodes were when the map was shown last. */
export interface Arrangement {
  /** What they were arranged for. */
  frame: Size;
  /** By how much the picture was larger than that. */
  scale: number;
  /** Somebody has moved a node by hand. */
  moved: boolean;
  places: Map<string, Point>;
}

export function rememberedArrangement(of: string | undefined): Arrangement {
  try {
    const { w, h, scale = 1, moved, places } = JSON.parse(storage()?.getItem(keyOf(of)) ?? "");
    const entries = (places as [string, number, number][]).map(([id, x, y]): [string, Point] => [id, { x, y }]);
    return { frame: { w, h }, scale, moved, places: new Map(entries) };
  } catch {
    return { frame: { w: 0, h: 0 }, scale: 1, moved: false, places: new Map() };
  }
}

export function rememberArrangement(
  cy: Core,
  { frame, scale, moved }: Omit<Arrangement, "places">,
  of: string | undefined,
): void {
  const places = cy.nodes("[!group]").map((node) => {
    const { x, y } = node.position();
    return [node.id(), Math.round(x), Math.round(y)];
  });
  storage()?.setItem(keyOf(of), JSON.stringify({ ...frame, scale, moved, places }));
}

export function boxOf(node: NodeSingular): Box {
  return { ...node.position(), w: node.data("w"), h: node.data("h") };
}
