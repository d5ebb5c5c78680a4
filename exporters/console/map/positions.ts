import type { Core, NodeSingular } from "cytoscape";
import type { Box, Point, Size } from "../lib/map/geometry.ts";
import { placeNear } from "../lib/map/place.ts";
import { storage } from "../ui/theme.ts";

const KEY = "flowtally.map";

/** Where the nodes were when the map was shown last. */
export interface Arrangement {
  /** What they were arranged for. */
  frame: Size;
  /** Somebody has moved a node by hand. */
  moved: boolean;
  places: Map<string, Point>;
}

export function rememberedArrangement(): Arrangement {
  try {
    const { w, h, moved, places } = JSON.parse(storage()?.getItem(KEY) ?? "");
    const entries = (places as [string, number, number][]).map(([id, x, y]): [string, Point] => [id, { x, y }]);
    return { frame: { w, h }, moved, places: new Map(entries) };
  } catch {
    return { frame: { w: 0, h: 0 }, moved: false, places: new Map() };
  }
}

export function rememberArrangement(cy: Core, { frame, moved }: Omit<Arrangement, "places">): void {
  const places = cy.nodes("[!group]").map((node) => {
    const { x, y } = node.position();
    return [node.id(), Math.round(x), Math.round(y)];
  });
  storage()?.setItem(KEY, JSON.stringify({ ...frame, moved, places }));
}

/** Gives new nodes a free place in their group, or else beside their neighbours; nothing else moves. */
export function placeFresh(cy: Core, fresh: readonly NodeSingular[]): void {
  const waiting = new Set(fresh.map((node) => node.id()));
  const placed = (node: NodeSingular) => !waiting.has(node.id());
  for (const node of fresh) {
    const neighbours = node.neighborhood("node").toArray() as NodeSingular[];
    const group = node.siblings("[group]").nonempty() ? [] : (node.siblings().toArray() as NodeSingular[]);
    const near = [group.filter(placed), neighbours.filter(placed)].find(({ length }) => length > 0) ?? [];
    const all = (cy.nodes("[!group]").toArray() as NodeSingular[]).filter(placed);
    node.position(placeNear(boxOf(node), near.map(boxOf), all.map(boxOf)));
    waiting.delete(node.id());
  }
}

export function boxOf(node: NodeSingular): Box {
  return { ...node.position(), w: node.data("w"), h: node.data("h") };
}
