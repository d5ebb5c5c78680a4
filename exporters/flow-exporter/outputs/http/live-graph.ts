import type { Endpoint } from "../../model/endpoint.ts";
import type { Halves } from "../../model/stored-edge.ts";
import type { EdgeRates } from "../../totals/edge-rates.ts";
import { type EdgeTotal, hasWorked } from "../../totals/edge-total.ts";
import { isMonitoring, ownOf } from "../monitoring.ts";
import type { ShownContainer, View } from "../view.ts";
import type * as answers from "./answers.ts";
import { conditionJson, nowOf } from "./condition.ts";
import { endpointId, nodeOf } from "./endpoint-id.ts";
import { workOfNodes } from "./node-work.ts";
import { observedJson } from "./observed/json.ts";
import { isSeenBy, originsOf, type SeenBy, type SeenEdge, seenEdges } from "./observed/seen-edges.ts";

/** What others have told of for as long has left, as edges of our own have. */
const GONE_MS = 3_600_000;

/** The edges of this node that are to be shown, with what others say of them, and those that others alone have seen. */
export function liveEdges(view: View, monitoring: boolean, by: SeenBy = {}): SeenEdge[] {
  const oldest = nowOf(view) - GONE_MS;
  const told = [...view.observed()].filter(({ seenMs }) => seenMs >= oldest);
  const seen = seenEdges([...view.edges()].filter(isUsed), told);
  const own = ownOf(view);
  return seen.filter((edge) => (monitoring || !isMonitoring(edge, own)) && isSeenBy(edge, by));
}

/** Names the endpoints of this node. @param isQualified with the node's name */
export class LiveGraph {
  readonly #view: View;
  readonly #isQualified: boolean;

  constructor(view: View, isQualified: boolean) {
    this.#view = view;
    this.#isQualified = isQualified;
  }

  nodes(edges: readonly SeenEdge[]): answers.GraphNode[] {
    const view = this.#view;
    const running = new Map([...view.containers()].map((shown) => [shown.endpoint, shown]));
    const nowMs = nowOf(view);
    const workOf = workOfNodes(view);
    const nodes = new Map<string, answers.GraphNode>();
    // Others tell of other machines too, which may have endpoints of the same names.
    const create = (endpoint: Endpoint): answers.GraphNode => {
      const isHere = nodeOf(endpoint, view) === view.node;
      const shown = isHere ? running.get(endpoint.name) : undefined;
      return { ...this.#node(endpoint, shown, nowMs), work: isHere ? workOf(endpoint.name) : null };
    };
    const nodeFor = (endpoint: Endpoint, origins: readonly string[]) => {
      const id = this.#id(endpoint);
      const node = nodes.get(id) ?? create(endpoint);
      nodes.set(id, node);
      for (const origin of origins) if (!node.origins.includes(origin)) node.origins.push(origin);
      return node;
    };
    for (const edge of edges) {
      const { sentBytes = 0, receivedBytes = 0 } = edge.total ?? {};
      const origins = originsOf(edge);
      const [source, destination] = [nodeFor(edge.source, origins), nodeFor(edge.destination, origins)];
      source.sent_bytes += sentBytes;
      source.received_bytes += receivedBytes;
      destination.sent_bytes += receivedBytes;
      destination.received_bytes += sentBytes;
    }
    return [...nodes.values()];
  }

  link(edge: SeenEdge, nowMs: number): answers.GraphLink {
    const { source, destination, destinationPort, protocol, total, observed } = edge;
    const rates = total && this.#view.edgeRates(total);
    return {
      source: this.#id(source),
      source_node: nodeOf(source, this.#view),
      destination: this.#id(destination),
      destination_node: nodeOf(destination, this.#view),
      destination_port: destinationPort,
      protocol,
      halves: halvesOf(edge),
      origins: originsOf(edge),
      sent_bytes: total?.sentBytes ?? 0,
      received_bytes: total?.receivedBytes ?? 0,
      connections: total?.connections ?? 0,
      opened: total?.opened ?? 0,
      closed: total?.closed ?? 0,
      failed: total?.failed ?? 0,
      retransmits: total?.retransmits ?? 0,
      per_second: rates ? perSecondJson(rates) : null,
      rtt_seconds: rates?.rttSeconds ?? null,
      idle_seconds: this.#idleSeconds(edge, nowMs),
      observed: observed.map(observedJson),
    };
  }

  /** Since any of those who see it saw it in use. @param nowMs since boot, as the counters' times are */
  #idleSeconds({ total, observed }: SeenEdge, nowMs: number): number {
    const bootMs = observed.length > 0 ? this.#view.bootMs() : 0;
    const times = [...(total ? [total.lastActiveMs] : []), ...observed.map(({ seenMs }) => seenMs - bootMs)];
    return Math.max(0, Math.round((nowMs - Math.max(...times)) / 1000));
  }

  #id(endpoint: Endpoint): string {
    return endpointId(endpoint.name, nodeOf(endpoint, this.#view), this.#isQualified);
  }

  #node(endpoint: Endpoint, running: ShownContainer | undefined, nowMs: number): Omit<answers.GraphNode, "work"> {
    const { name, kind, containerId, image, composeProject, composeService, pod, namespace } = endpoint;
    return {
      id: this.#id(endpoint),
      name,
      node: nodeOf(endpoint, this.#view),
      kind,
      container_id: containerId,
      image,
      compose_project: composeProject,
      compose_service: composeService,
      pod,
      namespace,
      services: [...(running?.services ?? [])],
      pod_owner: running?.container.podOwner ?? "",
      ...conditionJson(running?.container.condition, nowMs),
      origins: [],
      sent_bytes: 0,
      received_bytes: 0,
    };
  }
}

/** Of which ends this node knows: of a pod on another, and of a service, the API server has told. */
function halvesOf({ source, destination }: Pick<SeenEdge, "source" | "destination">): Halves {
  if (isAway(source)) return "server";
  return isAway(destination) ? "client" : "both";
}

function isAway({ kind, node }: Endpoint): boolean {
  return kind === "world" || kind === "service" || node !== undefined;
}

/** `~other` is there before anything is in it. */
function isUsed(total: EdgeTotal): boolean {
  return total.edge.source.kind !== "other" || hasWorked(total) || total.failed > 0;
}

function perSecondJson({ perSecond: { sentBytes, receivedBytes, opened, failed } }: EdgeRates) {
  return { sent_bytes: sentBytes, received_bytes: receivedBytes, opened, failed };
}
