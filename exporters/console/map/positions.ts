import type { Core, NodeSingular } from "cytoscape";
import { type Point, placeNear } from "../lib/place.ts";
import { storage } from "../ui/theme.ts";

const KEY = "flowtally.positions";

/** Where the nodes were when the map was shown last. */
export function rememberedPositions(): Map<string, Point> {
  try {
    const entries = JSON.parse(storage()?.getItem(KEY) ?? "[]") as [string, number, number][];
    return new Map(entries.map(([id, x, y]) => [id, { x, y }]));
  } catch {
    return new Map();
  }
}

export function rememberPositions(cy: Core): void {
  const entries = cy.nodes("[!group]").map((node) => {
    const { x, y } = node.position();
    return [node.id(), Math.round(x), Math.round(y)];
  });
  storage()?.setItem(KEY, JSON.stringify(entries));
}

/** Gives new nodes a free place beside their neighbours, or else their group; nothing else moves. */
export function placeFresh(cy: Core, fresh: readonly NodeSingular[]): void {
  const waiting = new Set(fresh.map((node) => node.id()));
  const placed = (node: NodeSingular) => !waiting.has(node.id());
  for (const node of fresh) {
    const neighbours = node.neighborhood("node").toArray() as NodeSingular[];
    const group = node.siblings().toArray() as NodeSingular[];
    const near = [group.filter(placed), neighbours.filter(placed)].find(({ length }) => length > 0) ?? [];
    const all = cy.nodes("[!group]").toArray() as NodeSingular[];
    const at = placeNear(
      near.map((one) => one.position()),
      all.filter(placed).map((one) => one.position()),
    );
    node.position(at);
    waiting.delete(node.id());
  }
}
