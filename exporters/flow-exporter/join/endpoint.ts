import type { Container } from "../decode/containers.ts";

type EndpointKind = "container" | "process" | "world" | "unknown" | "other";

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

/** Where edges beyond the limit are counted. */
export const OTHER = endpoint("~other", "other");

export function containerEndpoint(container: Container): Endpoint {
  const { name, id, image, composeProject, composeService, pod, namespace } = container;
  const unambiguous = name === WORLD.name ? `container/${name}` : name;
  return {
    name: unambiguous,
    kind: "container",
    containerId: id,
    image,
    composeProject,
    composeService,
    pod,
    namespace,
  };
}

/** A container that Docker does not name: another runtime's, or Docker does not answer. */
export function unnamedContainer(id: string): Endpoint {
  return { ...endpoint(`container/${id.slice(0, 12)}`, "container"), containerId: id };
}

export function processEndpoint(comm: string): Endpoint {
  return comm === "" ? UNKNOWN_PROCESS : endpoint(`host/${comm}`, "process");
}

function endpoint(name: string, kind: EndpointKind): Endpoint {
  return { name, kind, containerId: "", image: "", composeProject: "", composeService: "", pod: "", namespace: "" };
}
