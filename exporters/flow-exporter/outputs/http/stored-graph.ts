import { MANY_PORTS } from "../../model/edge.ts";
import type { StoredEdge, StoredEnd } from "../../model/stored-edge.ts";
import type { Outlook } from "../nodes/all-nodes.ts";
import { isOwnEnd, ownImages } from "../nodes/own-images.ts";
import type { ShownContainer, View } from "../view.ts";
import type * as answers from "./answers.ts";
import { conditionJson, nowOf } from "./condition.ts";
import { endpointId, WORLD_NAME } from "./endpoint-id.ts";
import { workOfNodes } from "./node-work.ts";
import { OWN_ORIGIN } from "./observed/seen-edges.ts";

/** A node that has written within this time is there, and its connections that are open are in use. */
const ALIVE_MS = 60_000;

interface Wanted {
  /** Only edges with an end there. */
  node?: string | undefined;
  monitoring: boolean;
}

/** Who talks to whom on all nodes, as the store has it. */
export function storedGraph(
  outlook: Outlook,
  view: View,
  { node, monitoring }: Wanted,
): Pick<answers.Graph, "nodes" | "links"> {
  const { edges = [], nowMs = 0 } = outlook.reading ?? {};
  const own = monitoring ? [] : ownImages(view);
  const shown = edges.filter(
    ({ source, destination }) =>
      (node === undefined || source.node === node || destination.node === node) &&
      !isOwnEnd(source, own) &&
      !isOwnEnd(destination, own),
  );
  const alive = nodesAlive(edges, nowMs);
  return {
    nodes: nodesOf(shown, view),
    links: shown.map((edge) => linkJson(edge, outlook, alive, nowMs)),
  };
}

function nodesAlive(edges: readonly StoredEdge[], nowMs: number): ReadonlySet<string> {
  const recent = edges.filter(({ lastSeenMs }) => nowMs - lastSeenMs <= ALIVE_MS);
  return new Set(
    recent.flatMap(({ source, destination, halves }) => [
      ...(halves === "server" ? [] : [source.node]),
      ...(halves === "client" ? [] : [destination.node]),
    ]),
  );
}

/** What was written last counts of what is known of an endpoint; those edges come first. */
function nodesOf(edges: readonly StoredEdge[], view: View): answers.GraphNode[] {
  const running = new Map([...view.containers()].map((shown) => [shown.endpoint, shown]));
  const nowMs = nowOf(view);
  const workOf = workOfNodes(view);
  const nodes = new Map<string, answers.GraphNode>();
  const nodeOf = (end: StoredEnd) => {
    const id = idOf(end);
    const shown = end.node === view.node ? running.get(end.name) : undefined;
    const work = end.node === view.node ? workOf(end.name) : null;
    const node = nodes.get(id) ?? { ...nodeJson(end, shown, nowMs), work };
    nodes.set(id, node);
    return node;
  };
  for (const { source, destination, sentBytes, receivedBytes } of edges) {
    const [from, to] = [nodeOf(source), nodeOf(destination)];
    from.sent_bytes += sentBytes;
    from.received_bytes += receivedBytes;
    to.sent_bytes += receivedBytes;
    to.received_bytes += sentBytes;
  }
  return [...nodes.values()];
}

/** An end that no node knows is somewhere in the world: all of them are one endpoint. */
function nodeJson(end: StoredEnd, running: ShownContainer | undefined, nowMs: number): Omit<answers.GraphNode, "work"> {
  const { node, kind, containerId, image, namespace, pod, service } = end;
  const isWorld = node === "";
  return {
    id: idOf(end),
    name: isWorld ? WORLD_NAME : end.name,
    node,
    kind: isWorld ? WORLD_NAME : kind,
    container_id: containerId,
    image,
    compose_project: pod === "" ? namespace : "",
    compose_service: service,
    pod,
    namespace: pod === "" ? "" : namespace,
    services: [...(running?.services ?? [])],
    pod_owner: running?.container.podOwner ?? "",
    ...conditionJson(running?.container.condition, nowMs),
    origins: [OWN_ORIGIN],
    sent_bytes: 0,
    received_bytes: 0,
  };
}

function linkJson(edge: StoredEdge, outlook: Outlook, alive: ReadonlySet<string>, nowMs: number): answers.GraphLink {
  const { source, destination, destinationPort, connections } = edge;
  const rates = outlook.rateOf(edge);
  const isHeld = connections > 0 && (alive.has(source.node) || alive.has(destination.node));
  return {
    source: idOf(source),
    source_node: source.node,
    destination: idOf(destination),
    destination_node: destination.node,
    destination_port: destinationPort === 0 ? MANY_PORTS : destinationPort,
    protocol: edge.protocol,
    halves: edge.halves,
    origins: [OWN_ORIGIN],
    sent_bytes: edge.sentBytes,
    received_bytes: edge.receivedBytes,
    connections,
    opened: edge.opened,
    closed: edge.closed,
    failed: edge.failed,
    retransmits: edge.retransmits,
    per_second: rates
      ? {
          sent_bytes: rates.sentBytes,
          received_bytes: rates.receivedBytes,
          opened: rates.opened,
          failed: rates.failed,
        }
      : null,
    rtt_seconds: edge.rttSeconds ?? null,
    // Of a connection that is open and carries nothing, nothing is written.
    idle_seconds: isHeld ? 0 : Math.max(0, Math.round((nowMs - edge.lastSeenMs) / 1000)),
    observed: [],
  };
}

function idOf({ name, node }: StoredEnd): string {
  return endpointId(node === "" ? WORLD_NAME : name, node, true);
}
