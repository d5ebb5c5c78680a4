import type { ElementDefinition } from "cytoscape";
import type { GraphNode } from "../api/types.ts";
import { colorOf } from "../lib/colors.ts";
import { conditionOf } from "../lib/condition.ts";
import {
  edgeRate,
  failureShareNow,
  familyOf,
  groupOf,
  type MapEdge,
  type MapGroup,
  type MapModel,
  machineOf,
  slowestRtt,
} from "../lib/graph.ts";
import { headingOf, itemOf, labelOf, NODE_HEIGHT } from "../lib/map/labels.ts";
import { edgeWidth } from "../lib/scale.ts";
import { formatRate, formatValue } from "../lib/units.ts";
import { FAMILIES, HEADING_PX, type Palette, widthOfText } from "./style.ts";

export interface EdgeLook {
  width: number;
  /** Its rate, or which ports fail and how often. */
  label: string;
  /** The same, with what else is known. */
  full: string;
  /** Of one that fails, only which ports do. */
  brief: string;
  active: boolean;
  failing: boolean;
}

/** Frames and nodes as cytoscape takes them. */
export function nodeElements(model: MapModel, palette: Palette): ElementDefinition[] {
  const { nodes, machines } = model;
  const outer = [...machines.values()].map((machine) => frameElement(machine, { machine: 1 }));
  const inner = new Map(
    [...nodes.values()].flatMap((node) =>
      groupOf(node, machines.size > 0).map((group) => [
        group.id,
        frameElement(group, within(machineFrame(node, model))),
      ]),
    ),
  );
  const drawn = [...nodes.values()].map((node) => {
    const family = colorOf(familyOf(node), FAMILIES);
    const look = { label: labelOf(node), kind: node.kind, w: itemOf(node, model, widthOfText).w, h: NODE_HEIGHT };
    const level = levelOf(node);
    return { data: { id: node.id, ...look, level, family, ...palette[family], ...within(frameOf(node, model)) } };
  });
  return [...outer, ...inner.values(), ...drawn];
}

function frameElement(frame: MapGroup, more: object): ElementDefinition {
  return { data: { id: frame.id, label: headingOf(frame), group: 1, heading: HEADING_PX, ...more } };
}

function within(frame: string | undefined): { parent?: string } {
  return frame === undefined ? {} : { parent: frame };
}

/** The id of the frame right around a node; undefined: none. */
function frameOf(node: GraphNode, model: MapModel): string | undefined {
  return groupOf(node)[0]?.id ?? machineFrame(node, model);
}

function machineFrame(node: GraphNode, { machines }: MapModel): string | undefined {
  return machineOf(node).find(({ id }) => machines.has(id))?.id;
}

/** How a container does; empty: it is none, or that is not known. */
export function levelOf(node: GraphNode): string {
  return node.state === "" ? "" : conditionOf(node).level;
}

export function edgeElement(edge: MapEdge, { active, failing, ...look }: EdgeLook): ElementDefinition {
  const classes = [active ? "active" : "", failing ? "failing" : ""].filter(Boolean);
  return { data: { id: edge.id, source: edge.source, target: edge.destination, ...look }, classes };
}

export function lookOf(edge: MapEdge): EdgeLook {
  const rate = edgeRate(edge) ?? 0;
  const brief = edge.failing ? portsText(edge) : "";
  const label = edge.failing ? `${brief} ${failureText(edge)}` : rate > 0 ? formatRate(rate) : "";
  // A round-trip time alone, on a line that carries nothing, would read as its rate.
  const more = edge.failing || label === "" ? "" : moreText(edge);
  const full = [label, more].filter(Boolean).join("\n");
  return { width: edgeWidth(rate), label, full, brief, active: rate > 0, failing: edge.failing };
}

/** More ports than that are counted: the details name them all. */
const NAMED_PORTS = 2;

/** `:9999`, or `:21, 22 +8` */
function portsText({ links }: MapEdge): string {
  const ports = [...new Set(links.map((link) => link.destination_port))];
  const more = ports.length > NAMED_PORTS ? ` +${ports.length - NAMED_PORTS}` : "";
  return `:${ports.slice(0, NAMED_PORTS).join(", ")}${more}`;
}

function failureText({ links }: MapEdge): string {
  return `${links.length > 1 ? "fail" : "fails"} ${formatValue(failureShareNow(links), "percentunit", 0)}`;
}

/** Its round-trip time, and which part of the attempts fails, if any does. */
function moreText(edge: MapEdge): string {
  const rtt = slowestRtt(edge);
  const share = failureShareNow(edge.links) ?? 0;
  return [
    ...(rtt === undefined ? [] : [formatValue(rtt, "s")]),
    ...(share > 0 ? [`${formatValue(share, "percentunit", 1)} fails`] : []),
  ].join(" · ");
}
