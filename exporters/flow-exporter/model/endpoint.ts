type EndpointKind = "container" | "process" | "service" | "node" | "dns" | "world" | "unknown" | "other";

/** One end of an edge. Its name is the label; the rest is what `flow_endpoint_info` says about it. */
export interface Endpoint {
  name: string;
  kind: EndpointKind;
  containerId: string;
  image: string;
  composeProject: string;
  composeService: string;
  pod: string;
  namespace: string;
  /** Name of the machine it is on; left out: this one, or none. */
  node?: string | undefined;
}

/** Whatever is not on this host. */
export const WORLD = createEndpoint("world", "world");

/** A socket of this host whose owner is not known. */
export const UNKNOWN_PROCESS = createEndpoint("host/~unknown", "unknown");

/** A container that is gone, and of which only its network namespace is known. */
export const UNKNOWN_CONTAINER = createEndpoint("container/~unknown", "unknown");

/** The resolver Docker runs in the namespaces of containers on networks of their own. */
export const DOCKER_DNS = createEndpoint("docker-dns", "dns");

/** Where edges beyond the limit are counted. */
export const OTHER = createEndpoint("~other", "other");

/** An endpoint without labels. */
export function createEndpoint(name: string, kind: EndpointKind): Endpoint {
  return { name, kind, containerId: "", image: "", composeProject: "", composeService: "", pod: "", namespace: "" };
}
