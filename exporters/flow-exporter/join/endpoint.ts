import type { Container } from "../decode/containers.ts";

type EndpointKind = "container" | "process" | "dns" | "world" | "unknown" | "other";

/** One end of an edge. Its name is the label; the rest is what `flow_endpoint_info` tells about it. */
export interface Endpoint {
  name: string;
  kind: EndpointKind;
  containerId: string;
  image: string;
  composeProject: string;
  composeService: string;
  pod: string;
  namespace: string;
}

/** Whatever is not on this host. */
export const WORLD = endpoint("world", "world");

/** A socket of this host whose owner nothing tells. */
export const UNKNOWN_PROCESS = endpoint("host/~unknown", "unknown");

/** A container that has gone, and of which nothing but its network namespace tells. */
export const UNKNOWN_CONTAINER = endpoint("container/~unknown", "unknown");

/** The resolver Docker runs in the namespaces of containers on networks of their own. */
export const DOCKER_DNS = endpoint("docker-dns", "dns");

const RESERVED: ReadonlySet<string> = new Set([WORLD.name, DOCKER_DNS.name]);
const made = new WeakMap<Container, Endpoint>();
const MOST_KEPT = 10_000;
const processes = new Map<string, Endpoint>();

/** Where edges beyond the limit are counted. */
export const OTHER = endpoint("~other", "other");

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
  return { ...endpoint(`container/${id.slice(0, 12)}`, "container"), containerId: id };
}

/** One object for each name, because there can be as many flows as sockets. */
export function processEndpoint(comm: string): Endpoint {
  if (comm === "") return UNKNOWN_PROCESS;
  const known = processes.get(comm);
  if (known) return known;
  if (processes.size >= MOST_KEPT) processes.clear();
  const made = endpoint(`host/${comm}`, "process");
  processes.set(comm, made);
  return made;
}

function endpoint(name: string, kind: EndpointKind): Endpoint {
  return { name, kind, containerId: "", image: "", composeProject: "", composeService: "", pod: "", namespace: "" };
}
