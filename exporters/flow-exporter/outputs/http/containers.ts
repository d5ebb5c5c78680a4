import type { RequestHandler } from "express";
import { z } from "zod";
import type { Container } from "../../model/container.ts";
import { PROTOCOL } from "../../model/socket.ts";
import type { View } from "../view.ts";
import type * as answers from "./answers.ts";
import { readParameters } from "./parameters.ts";
import { page } from "./query.ts";

const querySchema = z.strictObject(page);

/** The running containers, each with what it has exchanged and what its processes have done. */
export function containers(view: View): RequestHandler<object, answers.ContainersPage> {
  return (request, response) => {
    const { limit, offset } = readParameters(querySchema, request.query);
    const all = [...view.containers()].sort((a, b) => (a.container.name < b.container.name ? -1 : 1));
    const traffic = trafficByEndpoint(view);
    const work = new Map([...view.work()].map((total) => [total.endpoint, total]));
    const shown = all.slice(offset, offset + limit).map(({ container, endpoint }): answers.Container => {
      const { sent = 0, received = 0 } = traffic.get(endpoint) ?? {};
      const done = work.get(endpoint);
      return {
        ...containerJson(container),
        endpoint,
        sent_bytes: sent,
        received_bytes: received,
        cpu_seconds: done?.cpuSeconds ?? 0,
        read_bytes: done?.readBytes ?? 0,
        written_bytes: done?.writtenBytes ?? 0,
        resident_bytes: done?.residentBytes ?? 0,
      };
    });
    response.json({ total: all.length, limit, offset, containers: shown });
  };
}

function trafficByEndpoint(view: View): Map<string, { sent: number; received: number }> {
  const traffic = new Map<string, { sent: number; received: number }>();
  const add = (name: string, sent: number, received: number) => {
    const before = traffic.get(name) ?? { sent: 0, received: 0 };
    traffic.set(name, { sent: before.sent + sent, received: before.received + received });
  };
  for (const { edge, sentBytes, receivedBytes } of view.edges()) {
    add(edge.source.name, sentBytes, receivedBytes);
    add(edge.destination.name, receivedBytes, sentBytes);
  }
  return traffic;
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
    network_mode: container.networkMode,
    addresses: container.addresses,
    published_ports: container.publishedPorts.map(({ protocol, hostPort, containerPort }) => ({
      protocol: protocol === PROTOCOL.udp ? "udp" : "tcp",
      host_port: hostPort,
      container_port: containerPort,
    })),
  };
}
