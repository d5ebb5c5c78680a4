import type { Graph } from "../../../../../exporters/console/api/types.ts";
import { type MapModel, mapModel } from "../../../../../exporters/console/lib/graph.ts";
import type { Box, Point, Size } from "../../../../../exporters/console/lib/map/geometry.ts";
import { itemOf } from "../../../../../exporters/console/lib/map/labels.ts";
import { layoutOf } from "../../../../../exporters/console/lib/map/layout.ts";
import { routesOf } from "../../../../../exporters/console/lib/map/route.ts";

/** What is left of a window of 1280 × 800 for the picture. */
export const FRAME: Size = { w: 1222, h: 405 };
/** As wide as DejaVu Sans at 12 pixels is at most in such names, wider than most fonts are. */
const widthOf = (text: string) => text.length * 7.4;

export interface Picture {
  model: MapModel;
  boxes: Map<string, Box>;
  routes: Map<string, Point[]>;
}

/** A graph as the map draws it. */
export function pictureOf(graph: Graph, frame = FRAME): Picture {
  const model = mapModel(graph);
  const items = [...model.nodes.values()].map((node) => itemOf(node, widthOf));
  const lines = [...model.edges.values()];
  const places = layoutOf(items, lines, frame);
  const boxes = new Map(items.map(({ id, w, h }) => [id, { ...(places.get(id) ?? { x: 0, y: 0 }), w, h }]));
  return { model, boxes, routes: routesOf(boxes, lines) };
}
