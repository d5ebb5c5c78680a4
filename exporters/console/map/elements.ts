import type { ElementDefinition } from "cytoscape";
import type { GraphNode } from "../api/types.ts";
import { colorOf } from "../lib/colors.ts";
import { conditionOf } from "../lib/condition.ts";
import {
  edgeRate,
  failureShareNow,
  familyOf,
  groupOf,
  isEdgeDropping,
  isEdgeTold,
  isOnlyTold,
  type MapEdge,
  type MapGroup,
  type MapModel,
  machineOf,
  slowestRtt,
} from "../lib/graph.ts";
import { headingOf, itemOf, labelOf, NODE_HEIGHT } from "../lib/map/labels.ts";
import { droppedShare, eventRate, isDropping, isOwn } from "../lib/origins.ts";
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
  classes: EdgeClasses;
}

/** What a line is drawn as; one may be several. */
interface EdgeClasses {
  active: boolean;
  failing: boolean;
  /** Others alone have seen it. */
  told: boolean;
  /** Others have seen it too. */
  both: boolean;
  /** Packets of it are dropped, as others say. */
  dropping: boolean;
}

/** What loses packets is seen, however little it carries. */
const DROPPING_PX = 2.5;

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
    const told = isOwn(node) ? {} : { told: 1 };
    return {
      data: { id: node.id, ...look, ...told, level, family, ...palette[family], ...within(frameOf(node, model)) },
    };
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

export function edgeElement(edge: MapEdge, { classes, ...look }: EdgeLook): ElementDefinition {
  const names = Object.entries(classes).flatMap(([name, isSo]) => (isSo ? [name] : []));
  return { data: { id: edge.id, source: edge.source, target: edge.destination, ...look }, classes: names };
}

export function lookOf(edge: MapEdge): EdgeLook {
  const rate = edgeRate(edge) ?? 0;
  const [told, dropping] = [isOnlyTold(edge), isEdgeDropping(edge)];
  const events = told ? edgeEvents(edge) : 0;
  const brief = troubleText(edge, dropping);
  const label = labelFor(edge, { rate, events, brief, dropping });
  // A round-trip time alone, on a line that carries nothing, would read as its rate.
  const more = edge.failing || dropping || label === "" ? "" : moreText(edge);
  const full = [label, more].filter(Boolean).join("\n");
  const active = rate > 0 || events > 0;
  const classes = { active, failing: edge.failing, told, both: !told && isEdgeTold(edge), dropping };
  return { width: Math.max(edgeWidth(rate), dropping ? DROPPING_PX : 0), label, full, brief, classes };
}

interface Written {
  rate: number;
  /** Per second. */
  events: number;
  brief: string;
  dropping: boolean;
}

function labelFor(edge: MapEdge, { rate, events, brief, dropping }: Written): string {
  if (edge.failing) return `${brief} ${failureText(edge)}`;
  if (dropping) return `${brief} ${dropText(edge)}`.trimStart();
  if (rate > 0) return formatRate(rate);
  return events > 0 ? `${formatValue(events)} events/s` : "";
}

/** Which ports are in trouble. */
function troubleText(edge: MapEdge, dropping: boolean): string {
  if (edge.failing) return portsText(edge.links);
  return dropping ? portsText(edge.links.filter(isDropping)) : "";
}

/** Of the port that loses most. */
function dropText({ links }: MapEdge): string {
  const most = Math.max(...links.map((link) => droppedShare(link) ?? 0));
  return `drops ${formatValue(most, "percentunit", 0)}`;
}

function edgeEvents({ links }: MapEdge): number {
  return links.reduce((sum, link) => sum + (eventRate(link) ?? 0), 0);
}

/** More ports than that are counted: the details name them all. */
const NAMED_PORTS = 2;

/** `:9999`, or `:21, 22 +8` */
function portsText(links: MapEdge["links"]): string {
  const ports = [...new Set(links.map((link) => link.destination_port))].filter((port) => port !== 0);
  if (ports.length === 0) return "";
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
