import type { Core, NodeSingular } from "cytoscape";
import type { MapEdge } from "../lib/graph.ts";
import { type LabelledLine, labelOffsets } from "../lib/map/edge-labels.ts";
import { around, type Box, type Point } from "../lib/map/geometry.ts";
import { routesOf } from "../lib/map/route.ts";
import { boxOf } from "./positions.ts";
import { FRAME_PADDING_PX, HEADING_PX, widthOfText } from "./style.ts";

/** Room for a rate, and for the ports that fail. */
const LABEL = { working: { w: 62, h: 16 }, failing: { w: 124, h: 14 } };

/** Leads these edges around the nodes and headings that are not theirs; all others go straight. */
export function bendEdges(cy: Core, edges: readonly MapEdge[]): void {
  const nodes = cy.nodes("[!group]").toArray() as NodeSingular[];
  const boxes = new Map(nodes.map((node) => [node.id(), boxOf(node)]));
  const routes = routesOf(boxes, edges, headingsOf(cy));
  // Those that fail have the first choice of where their labels are.
  const inOrder = [...edges].sort((a, b) => Number(b.failing) - Number(a.failing));
  const lines = inOrder.flatMap(({ id, source, destination, failing }): LabelledLine[] => {
    const [from, to] = [boxes.get(source), boxes.get(destination)];
    const label = failing ? LABEL.failing : LABEL.working;
    return from && to ? [{ id, from, to, bends: routes.get(id) ?? [], label }] : [];
  });
  const offsets = labelOffsets(lines, [...boxes.values()]);
  cy.edges().removeData("weights distances");
  for (const { id, from, to, bends } of lines) {
    const segments = bends.length > 0 ? segmentsOf(from, to, bends) : {};
    cy.getElementById(id).data({ labelAt: offsets.get(id), ...segments });
  }
}

/** Where frames have their names. */
function headingsOf(cy: Core): Box[] {
  return cy.nodes("[?group]").map((group) => {
    const { x, y, h } = around((group.children().toArray() as NodeSingular[]).map(boxOf));
    const middle = y - h / 2 - FRAME_PADDING_PX - HEADING_PX / 2 - 2;
    return { x, y: middle, w: widthOfText(group.data("label")) * 1.1, h: HEADING_PX };
  });
}

/** Points as cytoscape takes them: how far along the straight line between the ends each is, and how far beside it. */
function segmentsOf(from: Point, to: Point, bends: readonly Point[]): { weights: string; distances: string } {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.max(1, Math.hypot(dx, dy));
  const along = bends.map(({ x, y }) => ((x - from.x) * dx + (y - from.y) * dy) / length ** 2);
  const beside = bends.map(({ x, y }) => ((y - from.y) * dx - (x - from.x) * dy) / length);
  return { weights: along.map(written).join(" "), distances: beside.map(written).join(" ") };
}

/** Without exponents, which cytoscape does not read. */
function written(value: number): string {
  return value.toFixed(4);
}
