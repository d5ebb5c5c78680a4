import type { Container } from "../model/container.ts";
import { createEndpoint, DOCKER_DNS, type Endpoint, UNKNOWN_PROCESS, WORLD } from "../model/endpoint.ts";

const RESERVED: ReadonlySet<string> = new Set([WORLD.name, DOCKER_DNS.name]);
const made = new WeakMap<Container, Endpoint>();
const MAX_KEPT = 10_000;
const processes = new Map<string, Endpoint>();

export function containerEndpoint(container: Container): Endpoint {
  const known = made.get(container);
  if (known) return known;
  const { name, id, image, composeProject, composeService, pod, namespace } = container;
  const unambiguous = RESERVED.has(name) ? `container/${name}` : name;
  const labels = { containerId: id, image, composeProject, composeService, pod, namespace };
  const endpoint: Endpoint = { name: unambiguous, kind: "container", ...labels };
  made.set(container, endpoint);
  return endpoint;
}

/** A container that Docker does not name: another runtime's, or Docker does not answer. */
export function unnamedContainer(id: string): Endpoint {
  return { ...createEndpoint(`container/${id.slice(0, 12)}`, "container"), containerId: id };
}

/** One object for each name, because there can be as many flows as sockets. */
export function processEndpoint(comm: string): Endpoint {
  if (comm === "") return UNKNOWN_PROCESS;
  const known = processes.get(comm);
  if (known) return known;
  if (processes.size >= MAX_KEPT) processes.clear();
  const made = createEndpoint(`host/${comm}`, "process");
  processes.set(comm, made);
  return made;
}
