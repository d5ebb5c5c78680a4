import type { Graph } from "../../../../../exporters/console/api/types.ts";
import { groupOf, type MapModel, mapModel } from "../../../../../exporters/console/lib/graph.ts";
import { around, type Box, overlap, type Point, type Size } from "../../../../../exporters/console/lib/map/geometry.ts";
import { itemOf } from "../../../../../exporters/console/lib/map/labels.ts";
import { layoutOf } from "../../../../../exporters/console/lib/map/layout.ts";
import { routesOf } from "../../../../../exporters/console/lib/map/route.ts";

/** What is left of a window of 1280 × 800 for the picture. */
export const FRAME: Size = { w: 1222, h: 405 };
/** As wide as DejaVu Sans at 12 pixels is at most in such names, wider than most fonts are. */
export const widthOf = (text: string) => text.length * 7.4;

export interface Picture {
  model: MapModel;
  boxes: Map<string, Box>;
  routes: Map<string, Point[]>;
}

/** A graph as the map draws it. */
export function pictureOf(graph: Pick<Graph, "nodes" | "links">, frame = FRAME): Picture {
  const model = mapModel(graph);
  const items = [...model.nodes.values()].map((node) => itemOf(node, model, widthOf));
  const lines = [...model.edges.values()];
  const places = layoutOf(items, lines, frame);
  const boxes = new Map(items.map(({ id, w, h }) => [id, { ...(places.get(id) ?? { x: 0, y: 0 }), w, h }]));
  return { model, boxes, routes: routesOf(boxes, lines) };
}

/** Machines and what lies among their nodes without being on them: other machines and nodes. */
export function mixedMachines({ model, boxes }: Omit<Picture, "routes">): [string, string][] {
  const machineOf = (id: string) => model.nodes.get(id)?.node ?? "";
  const machines = Map.groupBy(boxes, ([id]) => machineOf(id));
  const loose = machines.get("") ?? [];
  machines.delete("");
  const frames = [...machines].map(([name, own]): [string, Box] => [name, around(own.map(([, box]) => box))]);
  return frames.flatMap(([name, frame], at) =>
    [...frames.slice(at + 1), ...loose]
      .filter(([, other]) => overlap(frame, other, 5))
      .map(([id]): [string, string] => [name, id]),
  );
}

/** Groups and what lies in their frame without being of them: other nodes and frames. */
export function mixedFrames({ model, boxes }: Omit<Picture, "routes">): [string, string][] {
  const groups = new Map<string, Box[]>();
  const loose: [string, Box][] = [];
  for (const [id, box] of boxes) {
    const node = model.nodes.get(id);
    const [group] = node ? groupOf(node) : [];
    if (group) groups.set(group.label, [...(groups.get(group.label) ?? []), box]);
    else loose.push([id, box]);
  }
  const frames = [...groups].map(([label, members]): [string, Box] => [label, around(members)]);
  return frames.flatMap(([label, frame], at) =>
    [...frames.slice(at + 1), ...loose]
      .filter(([, other]) => overlap(frame, other, 5))
      .map(([id]): [string, string] => [label, id]),
  );
}
