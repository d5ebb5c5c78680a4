import type { Core, NodeSingular } from "cytoscape";
import { edgeRate, type MapEdge } from "../lib/graph.ts";
import { type LabelledLine, labelPlaces } from "../lib/map/edge-labels.ts";
import { around, type Box, type Point, type Size } from "../lib/map/geometry.ts";
import { TEXT_PX } from "../lib/map/labels.ts";
import { routesOf } from "../lib/map/route.ts";
import { lookOf } from "./elements.ts";
import { boxOf } from "./positions.ts";
import { EDGE_TEXT_PX, FRAME_PADDING_PX, HEADING_PX, widthOfText } from "./style.ts";

/** Up to so many edges have their rate written, where there is room for it. */
const MAX_RATES = 80;
/** Up to so many have their round-trip time too; others have while they are pointed at. */
const MAX_FULL = 30;
/** Room that changing digits need, so that a text stays where it is. */
const USUAL_TEXT = "888 kB/s";
const STEP_PX = 24;
const TEXT_PADDING_PX = 2;

/**
 * Leads these edges around the nodes and headings that are not theirs, all others go straight; and finds room for what is
 * written at them.
 * @param roomy that there is room for more than the ports that fail.
 */
export function bendEdges(cy: Core, edges: readonly MapEdge[], roomy: boolean): void {
  const nodes = cy.nodes("[!group]").toArray() as NodeSingular[];
  const boxes = new Map(nodes.map((node) => [node.id(), boxOf(node)]));
  const headings = headingsOf(cy);
  const routes = routesOf(boxes, edges, headings);
  const lines = inOrder(edges).flatMap((edge): LabelledLine[] => {
    const [from, to] = [boxes.get(edge.source), boxes.get(edge.destination)];
    const texts = textsOf(edge, roomy ? edges.length : Number.POSITIVE_INFINITY).map(roomOf);
    return from && to ? [{ id: edge.id, from, to, bends: routes.get(edge.id) ?? [], texts, always: edge.failing }] : [];
  });
  const places = labelPlaces(lines, [...boxes.values(), ...headings]);
  cy.edges().removeData("weights distances").removeClass("rated full");
  for (const { id, from, to, bends, texts } of lines) {
    const { offset, text } = places.get(id) ?? { offset: 0, text: undefined };
    const drawn = cy.getElementById(id);
    drawn.data({ labelAt: offset, ...(bends.length > 0 ? segmentsOf(from, to, bends) : {}) });
    if (text !== undefined) drawn.addClass(texts.length > 1 && text === 0 ? "full" : "rated");
  }
}

/** Those that fail choose first where their texts are, then those that carry something; idle ones may wake up. */
function inOrder(edges: readonly MapEdge[]): MapEdge[] {
  const rank = (edge: MapEdge) => (edge.failing ? 0 : (edgeRate(edge) ?? 0) > 0 ? 1 : 2);
  return [...edges].sort((a, b) => rank(a) - rank(b));
}

/** What may be written at an edge, that which says most first. */
function textsOf(edge: MapEdge, edges: number): string[] {
  const { label, full } = lookOf(edge);
  if (edge.failing) return [label];
  return [...(edges <= MAX_FULL && full !== label ? [full] : []), ...(edges <= MAX_RATES ? [label] : [])];
}

function roomOf(text: string): Size {
  const lines = text.split("\n");
  const widest = Math.max(...[...lines, USUAL_TEXT].map(widthOfText)) * (EDGE_TEXT_PX / TEXT_PX);
  const height = lines.length * EDGE_TEXT_PX + 2 * TEXT_PADDING_PX;
  return { w: Math.ceil(widest / STEP_PX) * STEP_PX, h: height };
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
