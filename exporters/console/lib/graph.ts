import type { Graph, GraphLink, GraphNode } from "../api/types.ts";

/** All that flows from one endpoint to another: one line on the map, whatever the ports. */
export interface MapEdge {
  id: string;
  source: string;
  destination: string;
  links: readonly GraphLink[];
  /** Both directions. */
  bytes: number;
  opened: number;
  failed: number;
}

/** A frame around the nodes of one Compose project, or of the host. */
export interface MapGroup {
  id: string;
  label: string;
}

export interface MapModel {
  nodes: ReadonlyMap<string, GraphNode>;
  edges: ReadonlyMap<string, MapEdge>;
  groups: ReadonlyMap<string, MapGroup>;
}

/** The links that were in use within the last `seconds`, and the nodes at their ends. */
export function inUseWithin(graph: Graph, seconds: number): Graph {
  const { nodes, links } = graph;
  const used = links.filter(({ idle_seconds }) => idle_seconds <= seconds);
  const ends = new Set(used.flatMap(({ source, destination }) => [source, destination]));
  return { ...graph, nodes: nodes.filter(({ id }) => ends.has(id)), links: used };
}

export function mapModel({ nodes, links }: Graph): MapModel {
  const edges = new Map<string, MapEdge>();
  for (const link of links) {
    const id = edgeId(link);
    edges.set(id, withLink(edges.get(id), id, link));
  }
  const groups = new Map(nodes.flatMap(groupOf).map((group) => [group.id, group]));
  return { nodes: new Map(nodes.map((node) => [node.id, node])), edges, groups };
}

/** Names hold no line break, so neither id can be ambiguous. */
export function edgeId({ source, destination }: Pick<GraphLink, "source" | "destination">): string {
  return `${source}\n${destination}`;
}

export function linkId(link: GraphLink): string {
  return `${edgeId(link)}\n${link.destination_port}\n${link.protocol}`;
}

export function linkBytes(link: GraphLink): number {
  return link.sent_bytes + link.received_bytes;
}

/** The frame a node is in, as a list of one or none. */
export function groupOf({ kind, compose_project: project }: GraphNode): MapGroup[] {
  if (project !== "") return [{ id: `group\n${project}`, label: project }];
  return kind === "process" ? [{ id: "group\n~host", label: "this host" }] : [];
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

/** Names of the nodes a search means: by name, image, project, service, pod; undefined: nothing is searched for. */
export function searchNodes({ nodes, edges }: MapModel, text: string): ReadonlySet<string> | undefined {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return undefined;
  const found = new Set([...nodes.values()].filter((node) => hasText(node, wanted)).map(({ id }) => id));
  if (/^\d+$/.test(wanted)) for (const end of endsOfPort(edges, Number(wanted))) found.add(end);
  return found;
}

function hasText(node: GraphNode, wanted: string): boolean {
  const texts = [node.id, node.image, node.compose_project, node.compose_service, node.pod, node.namespace];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

function endsOfPort(edges: MapModel["edges"], port: number): string[] {
  const open = [...edges.values()].filter(({ links }) => links.some((link) => link.destination_port === port));
  return open.map(({ destination }) => destination);
}

function withLink(edge: MapEdge | undefined, id: string, link: GraphLink): MapEdge {
  return {
    id,
    source: link.source,
    destination: link.destination,
    links: [...(edge?.links ?? []), link],
    bytes: (edge?.bytes ?? 0) + linkBytes(link),
    opened: (edge?.opened ?? 0) + link.opened,
    failed: (edge?.failed ?? 0) + link.failed,
  };
}
