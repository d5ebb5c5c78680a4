import type { RequestHandler } from "express";
import { z } from "zod";
import type { Condition } from "../../model/container.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import type { EdgeRates } from "../../totals/edge-rates.ts";
import { type EdgeTotal, hasWorked } from "../../totals/edge-total.ts";
import { isMonitoring } from "../monitoring.ts";
import type { View } from "../view.ts";
import type * as answers from "./answers.ts";
import { conditionJson, nowOf } from "./condition.ts";
import { sendBusy } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { oneOf, readParameters } from "./parameters.ts";
import { LARGE_ROWS, leftOutOf, PATIENCE_MS, RETRY_SECONDS } from "./query.ts";
import { cutOffAfter, listed, streamJson } from "./stream.ts";

const querySchema = z.strictObject({
  /** 1 shows the monitoring stack's own traffic too. */
  monitoring: oneOf(["0", "1"]).default("0"),
});

/** Who talks to whom: endpoints as nodes, edges as links, with the bytes that the counters have. */
export function graph(view: View, gate: Gate): RequestHandler {
  return async (request, response) => {
    const { monitoring } = readParameters(querySchema, request.query);
    const used = [...view.edges()].filter(isUsed);
    const shown = used.filter(({ edge }) => monitoring === "1" || !isMonitoring(edge, view.ownContainers()));
    const sinceBootMs = view.sinceBootMs();
    if (shown.length > LARGE_ROWS && !gate.enter(response)) return sendBusy(response, RETRY_SECONDS);
    cutOffAfter(PATIENCE_MS, response);
    await streamJson(response, graphJson(view, shown, sinceBootMs));
  };
}

/** `~other` is there before anything is in it. */
function isUsed(total: EdgeTotal): boolean {
  return total.edge.source.kind !== "other" || hasWorked(total) || total.failed > 0;
}

/** An answers.Graph. */
function* graphJson(view: View, shown: readonly EdgeTotal[], nowMs: number): Generator<string> {
  yield `{"left_out":${leftOutOf(view)},"nodes":[`;
  yield* listed(nodesOf(view, shown), (node) => node);
  yield '],"links":[';
  yield* listed(shown, (total) => linkJson(total, view.edgeRates(total), nowMs));
  yield "]}";
}

function nodesOf(view: View, totals: readonly EdgeTotal[]): answers.GraphNode[] {
  const conditions = new Map([...view.containers()].map(({ container, endpoint }) => [endpoint, container.condition]));
  const nowMs = nowOf(view);
  const nodes = new Map<string, answers.GraphNode>();
  const nodeOf = (endpoint: Endpoint) => {
    const node = nodes.get(endpoint.name) ?? nodeJson(endpoint, conditions.get(endpoint.name), nowMs);
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

function nodeJson(endpoint: Endpoint, condition: Condition | undefined, nowMs: number): answers.GraphNode {
  const { name, kind, containerId, image, composeProject, composeService, pod, namespace } = endpoint;
  return {
    id: name,
    kind,
    container_id: containerId,
    image,
    compose_project: composeProject,
    compose_service: composeService,
    pod,
    namespace,
    ...conditionJson(condition, nowMs),
    sent_bytes: 0,
    received_bytes: 0,
  };
}

function linkJson(total: EdgeTotal, rates: EdgeRates | undefined, nowMs: number): answers.GraphLink {
  const { source, destination, destinationPort, protocol } = total.edge;
  return {
    source: source.name,
    destination: destination.name,
    destination_port: destinationPort,
    protocol,
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

function perSecondJson({ perSecond: { sentBytes, receivedBytes, opened, failed } }: EdgeRates) {
  return { sent_bytes: sentBytes, received_bytes: receivedBytes, opened, failed };
}
