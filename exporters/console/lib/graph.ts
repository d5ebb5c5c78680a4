import type { Graph, GraphLink, GraphNode } from "../api/types.ts";
import { isDropping, isOwn, isTold } from "./origins.ts";

/**
 * What flows from one endpoint to another over all ports that work, or over all that fail: one line on the map. The two are
 * apart, so that one dead port does not paint the traffic of the others red.
 */
export interface MapEdge {
  id: string;
  source: string;
  destination: string;
  failing: boolean;
  links: readonly GraphLink[];
  /** Both directions. */
  bytes: number;
  opened: number;
  failed: number;
}

/** A frame around the endpoints of one Compose project or namespace, of a host's processes, or of a machine. */
export interface MapGroup {
  id: string;
  label: string;
}

export interface MapModel {
  nodes: ReadonlyMap<string, GraphNode>;
  edges: ReadonlyMap<string, MapEdge>;
  groups: ReadonlyMap<string, MapGroup>;
  /** The machines, each a frame around frames; none where all endpoints are on one. */
  machines: ReadonlyMap<string, MapGroup>;
}

type Drawn = Pick<Graph, "nodes" | "links">;

/** The links that were in use within the last `seconds`, and the nodes at their ends. */
export function inUseWithin({ nodes, links }: Drawn, seconds: number): Drawn {
  const used = links.filter(({ idle_seconds }) => idle_seconds <= seconds);
  const ends = new Set(used.flatMap(({ source, destination }) => [source, destination]));
  return { nodes: nodes.filter(({ id }) => ends.has(id)), links: used };
}

export function mapModel({ nodes: listed, links }: Drawn): MapModel {
  const nodes = withAllEnds(listed, links);
  const edges = new Map<string, MapEdge>();
  for (const link of links) {
    const id = edgeId(link);
    edges.set(id, withLink(edges.get(id), id, link));
  }
  const machines = machinesOf(nodes);
  const groups = new Map(nodes.flatMap((node) => groupOf(node, machines.size > 0)).map((group) => [group.id, group]));
  return { nodes: new Map(nodes.map((node) => [node.id, node])), edges, groups, machines };
}

/** A line without an end cannot be drawn: what an answer has a link to and does not list is an endpoint of which nothing is known. */
function withAllEnds(nodes: readonly GraphNode[], links: readonly GraphLink[]): readonly GraphNode[] {
  const missing = new Set(links.flatMap(({ source, destination }) => [source, destination]));
  for (const { id } of nodes) missing.delete(id);
  return missing.size === 0 ? nodes : [...nodes, ...[...missing].map(unknownNode)];
}

function unknownNode(id: string): GraphNode {
  const nothing = { image: "", compose_project: "", compose_service: "", pod: "", namespace: "", pod_owner: "" };
  const condition = { state: "", health: "", restarts: 0, uptime_seconds: null };
  const none = { container_id: "", services: [], origins: [], sent_bytes: 0, received_bytes: 0, work: null };
  return { id, name: id, node: "", kind: "unknown", ...nothing, ...condition, ...none };
}

/** Of the line that a link is drawn in. Names hold no line break, so no id can be ambiguous. */
export function edgeId(link: GraphLink): string {
  return isFailing(link) ? `${pairId(link)}\nfailing` : pairId(link);
}

/** The line with this id, or the other of the same pair: a chosen line stays chosen when its ports begin or cease to fail. */
export function edgeOf({ edges }: MapModel, id: string): MapEdge | undefined {
  const [source, destination] = id.split("\n");
  const pair = `${source}\n${destination}`;
  return edges.get(id) ?? edges.get(pair) ?? edges.get(`${pair}\nfailing`);
}

export function linkId(link: GraphLink): string {
  return `${pairId(link)}\n${link.destination_port}\n${link.protocol}`;
}

/** Which part of the attempts to connect has failed; undefined: there were none. */
export function failureShare(all: readonly Attempts[]): number | undefined {
  const opened = all.reduce((sum, one) => sum + one.opened, 0);
  const failed = all.reduce((sum, one) => sum + one.failed, 0);
  return opened + failed > 0 ? failed / (opened + failed) : undefined;
}

type Attempts = Pick<GraphLink, "opened" | "failed">;

/** Of the last minute, or, where nobody has tried in it, of all that is known: what has been mended is not red for ever. */
export function failureShareNow(links: readonly GraphLink[]): number | undefined {
  return failureShare(links.flatMap((link) => link.per_second ?? [])) ?? failureShare(links);
}

/** Of the slowest port; undefined: the kernel knows none. */
export function slowestRtt({ links }: MapEdge): number | undefined {
  const known = links.flatMap(({ rtt_seconds: rtt }) => rtt ?? []);
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** Fewer failures than one in ten are shown in numbers, and not in red. */
const FAILING_SHARE = 0.1;

function isFailing(link: GraphLink): boolean {
  return (failureShareNow([link]) ?? 0) >= FAILING_SHARE;
}

function pairId({ source, destination }: GraphLink): string {
  return `${source}\n${destination}`;
}

/** Whether only others have seen any of it, so that it has no bytes. */
export function isOnlyTold({ links }: MapEdge): boolean {
  return !links.some(isOwn);
}

/** Whether others tell of it. */
export function isEdgeTold({ links }: MapEdge): boolean {
  return links.some(isTold);
}

/** Whether one of its ports loses packets, as others say. */
export function isEdgeDropping({ links }: MapEdge): boolean {
  return links.some(isDropping);
}

export function linkBytes(link: GraphLink): number {
  return link.sent_bytes + link.received_bytes;
}

/** Bytes per second just now, both directions; undefined: not known yet. */
export function linkRate({ per_second: rates }: GraphLink): number | undefined {
  return rates ? rates.sent_bytes + rates.received_bytes : undefined;
}

/** As `linkRate`, of all links of an edge that are known. */
export function edgeRate({ links }: MapEdge): number | undefined {
  const rates = links.map(linkRate).filter((rate) => rate !== undefined);
  return rates.length === 0 ? undefined : rates.reduce((a, b) => a + b);
}

/**
 * The frame a node is in, as a list of one or none. `isOneOfMany`: there are those of other machines. A project is called by a label, which can be any text; headings have
 * one line, and a text with breaks would be drawn wider than it is taken to be, without its first letters.
 */
export function groupOf({ node, kind, compose_project, pod, namespace }: GraphNode, isOneOfMany = false): MapGroup[] {
  const project = compose_project || (pod === "" ? "" : namespace);
  if (project !== "") return [{ id: `group\n${node}\n${project}`, label: project.replace(/\s+/g, " ") }];
  return kind === "process" ? [{ id: `group\n${node}\n~host`, label: isOneOfMany ? "host" : "this host" }] : [];
}

/** The frame of the machine that a node is on, as a list of one or none, whether it is drawn or not. */
export function machineOf({ node }: GraphNode): MapGroup[] {
  return node === "" ? [] : [{ id: `machine\n${node}`, label: node }];
}

function machinesOf(nodes: readonly GraphNode[]): Map<string, MapGroup> {
  const machines = new Map(nodes.flatMap(machineOf).map((machine) => [machine.id, machine]));
  return machines.size > 1 ? machines : new Map();
}

/** What an end of a line is called. */
export function nameIn({ nodes }: MapModel, id: string): string {
  return nodes.get(id)?.name ?? id;
}

/** Nodes of one family have one colour: those of a frame, else those of a kind. */
export function familyOf(node: GraphNode): string {
  const [group] = groupOf(node);
  return group?.label ?? node.kind;
}

/** Changes whenever a node or an edge comes or goes, and only then. */
export function structureOf({ nodes, edges }: MapModel): string {
  return [...[...nodes.keys()].sort(), "", ...[...edges.keys()].sort()].join("\t");
}

/** What a search has found. */
export interface Found {
  /** Names of nodes. */
  nodes: ReadonlySet<string>;
  /** Ids of links. */
  links: ReadonlySet<string>;
  /** The port that was searched for; undefined: a text. */
  port: number | undefined;
}

/**
 * A number that is a port here finds the links with this port and their ends; any other text finds nodes by name, image,
 * project, service and pod, and their links. Undefined: nothing is searched for.
 */
export function search(model: MapModel, text: string): Found | undefined {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return undefined;
  return searchPort(model, wanted) ?? searchText(model, wanted);
}

export function isLit({ links }: MapEdge, found: Found): boolean {
  return links.some((link) => found.links.has(linkId(link)));
}

function searchPort({ edges }: MapModel, wanted: string): Found | undefined {
  const port = /^:?(\d+)$/.exec(wanted)?.[1];
  const links = linksOf(edges).filter(({ destination_port }) => String(destination_port) === port);
  if (links.length === 0) return undefined;
  const ends = links.flatMap(({ source, destination }) => [source, destination]);
  return { nodes: new Set(ends), links: new Set(links.map(linkId)), port: Number(port) };
}

function searchText({ nodes, edges }: MapModel, wanted: string): Found {
  const named = new Set([...nodes.values()].filter((node) => hasText(node, wanted)).map(({ id }) => id));
  const links = linksOf(edges).filter(({ source, destination }) => named.has(source) || named.has(destination));
  return { nodes: named, links: new Set(links.map(linkId)), port: undefined };
}

function linksOf(edges: MapModel["edges"]): GraphLink[] {
  return [...edges.values()].flatMap(({ links }) => links);
}

function hasText(node: GraphNode, wanted: string): boolean {
  const texts = [
    node.name,
    node.node,
    node.image,
    node.compose_project,
    node.compose_service,
    node.pod,
    node.namespace,
  ];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

function withLink(edge: MapEdge | undefined, id: string, link: GraphLink): MapEdge {
  return {
    id,
    source: link.source,
    destination: link.destination,
    failing: isFailing(link),
    links: [...(edge?.links ?? []), link],
    bytes: (edge?.bytes ?? 0) + linkBytes(link),
    opened: (edge?.opened ?? 0) + link.opened,
    failed: (edge?.failed ?? 0) + link.failed,
  };
}
