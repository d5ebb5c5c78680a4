import type { RequestHandler } from "express";
import { z } from "zod";
import type { Container } from "../../model/container.ts";
import { type Amounts, NO_AMOUNTS } from "../../model/flow-delta.ts";
import { PROTOCOL } from "../../model/socket.ts";
import type { WorkRates } from "../../totals/endpoint-work.ts";
import type { AllNodes } from "../nodes/all-nodes.ts";
import type { View } from "../view.ts";
import type * as answers from "./answers.ts";
import { conditionJson, nowOf } from "./condition.ts";
import { readParameters } from "./parameters.ts";
import { page } from "./query.ts";

const querySchema = z.strictObject(page);

interface Traffic {
  sent: number;
  received: number;
  /** Per second just now. */
  rates: Amounts;
}

const NO_TRAFFIC: Traffic = { sent: 0, received: 0, rates: NO_AMOUNTS };

/** The running containers, each with what it has exchanged and what its processes have done. */
export function containers(view: View, nodes?: AllNodes): RequestHandler<object, answers.ContainersPage> {
  return (request, response) => {
    const { limit, offset } = readParameters(querySchema, request.query);
    const all = [...view.containers()].sort((a, b) => (a.container.name < b.container.name ? -1 : 1));
    const traffic = trafficByEndpoint(view);
    const nowMs = nowOf(view);
    const work = new Map([...view.work()].map((total) => [total.endpoint, total]));
    const shown = all.slice(offset, offset + limit).map(({ container, endpoint, services }): answers.Container => {
      const { sent, received, rates } = traffic.get(endpoint) ?? NO_TRAFFIC;
      const done = work.get(endpoint);
      return {
        ...containerJson(container),
        ...conditionJson(container.condition, nowMs),
        endpoint,
        services: [...services],
        sent_bytes: sent,
        received_bytes: received,
        cpu_seconds: done?.cpuSeconds ?? 0,
        read_bytes: done?.readBytes ?? 0,
        written_bytes: done?.writtenBytes ?? 0,
        resident_bytes: done?.residentBytes ?? 0,
        per_second: perSecondJson(view.workRates(endpoint), rates),
      };
    });
    const known = nodes?.names() ?? [view.node];
    response.json({ node: view.node, nodes: [...known], total: all.length, limit, offset, containers: shown });
  };
}

function trafficByEndpoint(view: View): Map<string, Traffic> {
  const traffic = new Map<string, Traffic>();
  const add = (name: string, added: Traffic) => traffic.set(name, sumOf(traffic.get(name) ?? NO_TRAFFIC, added));
  for (const total of view.edges()) {
    const now = view.edgeRates(total)?.perSecond ?? NO_AMOUNTS;
    const { source, destination } = total.edge;
    add(source.name, { sent: total.sentBytes, received: total.receivedBytes, rates: now });
    const back = { sentBytes: now.receivedBytes, receivedBytes: now.sentBytes };
    add(destination.name, { sent: total.receivedBytes, received: total.sentBytes, rates: back });
  }
  return traffic;
}

function sumOf(one: Traffic, other: Traffic): Traffic {
  return {
    sent: one.sent + other.sent,
    received: one.received + other.received,
    rates: {
      sentBytes: one.rates.sentBytes + other.rates.sentBytes,
      receivedBytes: one.rates.receivedBytes + other.rates.receivedBytes,
    },
  };
}

/** Both are known from the second reading on. */
function perSecondJson(work: WorkRates | undefined, { sentBytes, receivedBytes }: Amounts) {
  if (!work) return null;
  const { cpuSeconds, readBytes, writtenBytes } = work;
  return {
    sent_bytes: sentBytes,
    received_bytes: receivedBytes,
    cpu_seconds: cpuSeconds,
    read_bytes: readBytes,
    written_bytes: writtenBytes,
  };
}

function containerJson(container: Container) {
  return {
    id: container.id,
    name: container.name,
    image: container.image,
    compose_project: container.composeProject,
    compose_service: container.composeService,
    pod: container.pod,
    namespace: container.namespace,
    pod_owner: container.podOwner ?? "",
    network_mode: container.networkMode,
    addresses: container.addresses,
    published_ports: container.publishedPorts.map(({ protocol, hostPort, containerPort }) => ({
      protocol: protocol === PROTOCOL.udp ? "udp" : "tcp",
      host_port: hostPort,
      container_port: containerPort,
    })),
    started_at: container.condition?.startedAt || null,
  };
}
