import type { ElementDefinition } from "cytoscape";
import { colorOf } from "../lib/colors.ts";
import { failureShare, familyOf, groupOf, type MapEdge, type MapModel } from "../lib/graph.ts";
import { itemOf, labelOf, NODE_HEIGHT } from "../lib/map/labels.ts";
import { edgeWidth } from "../lib/scale.ts";
import { formatRate, formatValue } from "../lib/units.ts";
import { FAMILIES, HEADING_PX, type Palette, widthOfText } from "./style.ts";

export interface EdgeLook {
  width: number;
  /** Its rate, or which ports fail and how often. */
  label: string;
  active: boolean;
  failing: boolean;
}

/** Frames and nodes as cytoscape takes them. */
export function nodeElements({ groups, nodes }: MapModel, palette: Palette): ElementDefinition[] {
  const frames = [...groups.values()].map(({ id, label }) => ({ data: { id, label, group: 1, heading: HEADING_PX } }));
  const drawn = [...nodes.values()].map((node) => {
    const [group] = groupOf(node);
    const family = colorOf(familyOf(node), FAMILIES);
    const look = { label: labelOf(node), kind: node.kind, w: itemOf(node, widthOfText).w, h: NODE_HEIGHT };
    return { data: { id: node.id, ...look, family, ...palette[family], ...(group && { parent: group.id }) } };
  });
  return [...frames, ...drawn];
}

export function edgeElement(edge: MapEdge, { width, label, active, failing }: EdgeLook): ElementDefinition {
  const classes = [active ? "active" : "", failing ? "failing" : ""].filter(Boolean);
  return { data: { id: edge.id, source: edge.source, target: edge.destination, width, label }, classes };
}

export function lookOf(edge: MapEdge, rate = 0): EdgeLook {
  const label = edge.failing ? failureText(edge) : rate > 0 ? formatRate(rate) : "";
  return { width: edgeWidth(rate), label, active: rate > 0, failing: edge.failing };
}

/** `:9999 fails 100 %` */
function failureText(edge: MapEdge): string {
  const ports = edge.links.map((link) => link.destination_port).join(", ");
  return `:${ports} fails ${formatValue(failureShare(edge), "percentunit", 0)}`;
}
