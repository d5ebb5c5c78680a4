import type { Core, NodeSingular } from "cytoscape";
import { edgeRate, isEdgeDropping, type MapEdge } from "../lib/graph.ts";
import { type LabelledLine, labelPlaces } from "../lib/map/edge-labels.ts";
import { around, type Box, type Point, type Size } from "../lib/map/geometry.ts";
import { TEXT_PX } from "../lib/map/labels.ts";
import { loopOf } from "../lib/map/loop.ts";
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
const STEP_PX = 8;
const TEXT_PADDING_PX = 2;

/**
 * Leads these edges around the nodes and headings that are not theirs, all others go straight; and finds room for what is
 * written at them.
 * @param roomy that there is room for more than rates and the ports that fail
 */
export function bendEdges(cy: Core, edges: readonly MapEdge[], roomy: boolean): void {
  const nodes = cy.nodes("[!group]").toArray() as NodeSingular[];
  const boxes = new Map(nodes.map((node) => [node.id(), boxOf(node)]));
  const headings = headingsOf(cy);
  const routes = routesOf(boxes, edges, headings);
  const ids = new Set(edges.map(({ id }) => id));
  // The line of the ports that fail lies close to that of those that work.
  const hasFailing = ({ id }: MapEdge) => ids.has(`${id}\nfailing`);
  const lines = inOrder(edges).flatMap((edge): DrawnLine[] => {
    const [from, to] = [boxes.get(edge.source), boxes.get(edge.destination)];
    if (!from || !to) return [];
    const texts = textsOf(edge, edges.length, roomy).map(withRoom);
    const bends = from === to ? loopOf(from, edge.failing) : (routes.get(edge.id) ?? []);
    return [{ id: edge.id, from, to, bends, texts, beside: edge.failing || hasFailing(edge) }];
  });
  const places = labelPlaces(lines, [...boxes.values(), ...headings]);
  cy.edges().removeData("weights distances").removeClass("rated full brief");
  for (const [at, { id, from, to, bends, texts }] of lines.entries()) {
    const { offset, margin, text = -1 } = places.get(id) ?? { offset: 0, margin: { x: 0, y: 0 } };
    const drawn = cy.getElementById(id);
    const segments = from !== to && bends.length > 0 ? segmentsOf(from, to, bends) : {};
    drawn.data({ labelAt: offset, labelX: margin.x, labelY: margin.y, above: lines.length - at, ...segments });
    drawn.addClass(texts[text]?.written ?? "");
  }
}

interface DrawnLine extends LabelledLine {
  texts: readonly (Text & Size)[];
}

/** What may be written at an edge, and the class that makes it do so. */
interface Text {
  written: "full" | "rated" | "brief";
  text: string;
}

/**
 * Those that fail choose first where their texts are, then those that carry something; idle ones may wake up. The same edges
 * have always the same order, whichever comes first in the answer.
 */
function inOrder(edges: readonly MapEdge[]): MapEdge[] {
  const rank = (edge: MapEdge) => (edge.failing || isEdgeDropping(edge) ? 0 : (edgeRate(edge) ?? 0) > 0 ? 1 : 2);
  return [...edges].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}

/** That which says most first; where there is no room for any, the colour of an edge tells that it fails. */
function textsOf(edge: MapEdge, edges: number, roomy: boolean): Text[] {
  const { label, full, brief } = lookOf(edge);
  const rated: Text = { written: "rated", text: label };
  if (brief !== "") return [rated, { written: "brief", text: brief }];
  return [
    ...(roomy && edges <= MAX_FULL && full !== label ? [{ written: "full", text: full } as const] : []),
    ...(edges <= MAX_RATES ? [rated] : []),
  ];
}

function withRoom({ written, text }: Text): Text & Size {
  const lines = text.split("\n");
  const usual = written === "brief" ? "" : USUAL_TEXT;
  const widest = Math.max(...[...lines, usual].map(widthOfText)) * (EDGE_TEXT_PX / TEXT_PX);
  const height = lines.length * EDGE_TEXT_PX + 2 * TEXT_PADDING_PX;
  return { written, text, w: Math.ceil(widest / STEP_PX) * STEP_PX, h: height };
}

/** Where frames have their names. */
function headingsOf(cy: Core): Box[] {
  return cy.nodes("[?group]").map((group) => {
    const { x, y, h } = frameBox(group);
    return { x, y: y - h / 2 - HEADING_PX / 2 - 2, w: widthOfText(group.data("label")) * 1.1, h: HEADING_PX };
  });
}

/** What a frame takes in, be it nodes or frames with their names. */
function frameBox(frame: NodeSingular): Box {
  const children = frame.children().toArray() as NodeSingular[];
  const { x, y, w, h } = around(children.map((child) => (child.data("group") ? headedBox(child) : boxOf(child))));
  return { x, y, w: w + 2 * FRAME_PADDING_PX, h: h + 2 * FRAME_PADDING_PX };
}

function headedBox(frame: NodeSingular): Box {
  const { x, y, w, h } = frameBox(frame);
  const heading = HEADING_PX + 4;
  return { x, y: y - heading / 2, w, h: h + heading };
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
