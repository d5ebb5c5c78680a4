import type { Edge } from "../../model/edge.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import type { Halves } from "../../model/stored-edge.ts";
import type { EdgeRates } from "../../totals/edge-rates.ts";
import { type EdgeTotal, hasWorked } from "../../totals/edge-total.ts";
import { isMonitoring } from "../monitoring.ts";
import type { ShownContainer, View } from "../view.ts";
import type * as answers from "./answers.ts";
import { conditionJson, nowOf } from "./condition.ts";
import { endpointId, nodeOf } from "./endpoint-id.ts";

/** The edges of this node that are to be shown. */
export function liveEdges(view: View, monitoring: boolean): EdgeTotal[] {
  const used = [...view.edges()].filter(isUsed);
  return used.filter(({ edge }) => monitoring || !isMonitoring(edge, view.ownContainers()));
}

/** Names the endpoints of this node. @param isQualified with the node's name */
export class LiveGraph {
  readonly #view: View;
  readonly #isQualified: boolean;

  constructor(view: View, isQualified: boolean) {
    this.#view = view;
    this.#isQualified = isQualified;
  }

  nodes(totals: readonly EdgeTotal[]): answers.GraphNode[] {
    const view = this.#view;
    const running = new Map([...view.containers()].map((shown) => [shown.endpoint, shown]));
    const nowMs = nowOf(view);
    const nodes = new Map<string, answers.GraphNode>();
    const nodeOf = (endpoint: Endpoint) => {
      const node = nodes.get(endpoint.name) ?? this.#node(endpoint, running.get(endpoint.name), nowMs);
      nodes.set(endpoint.name, node);
      return node;
    };
    for (const { edge, sentBytes, receivedBytes } of totals) {
      const [source, destination] = [nodeOf(edge.source), nodeOf(edge.destination)];
      source.sent_bytes += sentBytes;
      source.received_bytes += receivedBytes;
      destination.sent_bytes += receivedBytes;
      destination.received_bytes += sentBytes;
    }
    return [...nodes.values()];
  }

  link(total: EdgeTotal, nowMs: number): answers.GraphLink {
    const { source, destination, destinationPort, protocol } = total.edge;
    const rates = this.#view.edgeRates(total);
    return {
      source: this.#id(source),
      source_node: nodeOf(source, this.#view),
      destination: this.#id(destination),
      destination_node: nodeOf(destination, this.#view),
      destination_port: destinationPort,
      protocol,
      halves: halvesOf(total.edge),
      sent_bytes: total.sentBytes,
      received_bytes: total.receivedBytes,
      connections: total.connections,
      opened: total.opened,
      closed: total.closed,
      failed: total.failed,
      retransmits: total.retransmits,
      per_second: rates ? perSecondJson(rates) : null,
      rtt_seconds: rates?.rttSeconds ?? null,
      idle_seconds: Math.max(0, Math.round((nowMs - total.lastActiveMs) / 1000)),
    };
  }

  #id(endpoint: Endpoint): string {
    return endpointId(endpoint.name, nodeOf(endpoint, this.#view), this.#isQualified);
  }

  #node(endpoint: Endpoint, running: ShownContainer | undefined, nowMs: number): answers.GraphNode {
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
      sent_bytes: 0,
      received_bytes: 0,
    };
  }
}

/** Of which ends this node knows: of a pod on another, and of a service, the API server has told. */
function halvesOf({ source, destination }: Edge): Halves {
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
