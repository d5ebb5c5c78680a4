import type { PodBehind } from "../metadata/kubernetes/api/cluster-services.ts";
import type { ClusterService } from "../model/cluster-service.ts";
import type { Container } from "../model/container.ts";
import { createEndpoint, DOCKER_DNS, type Endpoint, UNKNOWN_PROCESS, WORLD } from "../model/endpoint.ts";

const RESERVED: ReadonlySet<string> = new Set([WORLD.name, DOCKER_DNS.name]);
/** Namespaces of a cluster whose pods would be called as processes, or as containers without a name, are. */
const LIKE_OTHERS = /^(host|container|service|node)\//;
const made = new WeakMap<Container, Endpoint>();
const MAX_KEPT = 10_000;
const processes = new Map<string, Endpoint>();
const remotePods = new Map<string, Endpoint>();
const nodes = new Map<string, Endpoint>();
const services = new Map<string, Endpoint>();
/** By the pods' unique ids: the container of each that stands for it. */
const pods = new Map<string, Container>();

/** A pod is one endpoint, with the id and the image of its container that started last. */
export function containerEndpoint(any: Container): Endpoint {
  const container = any.podUid === undefined ? any : standInFor(any, any.podUid);
  const known = made.get(container);
  if (known) return known;
  const { name, id, image, composeProject, composeService, pod, namespace } = container;
  const labels = { containerId: id, image, composeProject, composeService, pod, namespace };
  const endpoint: Endpoint = { name: unambiguous(name), kind: "container", ...labels };
  made.set(container, endpoint);
  return endpoint;
}

/** A pod that only its place behind a service tells of: on another machine, or not reported yet. */
export function podEndpoint({ namespace, name: pod, node }: PodBehind): Endpoint {
  const name = unambiguous(`${namespace}/${pod}`);
  return one(remotePods, `${node} ${name}`, () => ({ ...createEndpoint(name, "container"), pod, namespace, node }));
}

/** Another machine of the cluster: whatever on it has its address. */
export function nodeEndpoint(node: string): Endpoint {
  const label = `node/${node}`;
  return one(nodes, label, () => ({ ...createEndpoint(label, "node"), node }));
}

/** A service, where nobody knows who has answered for it. */
export function serviceEndpoint({ namespace, name }: Pick<ClusterService, "namespace" | "name">): Endpoint {
  const label = `service/${namespace}/${name}`;
  return one(services, label, () => ({ ...createEndpoint(label, "service"), namespace }));
}

/** A name that none but a container or a pod has. */
export function unambiguous(name: string): string {
  return RESERVED.has(name) || LIKE_OTHERS.test(name) ? `container/${name}` : name;
}

function standInFor(container: Container, podUid: string): Container {
  const known = pods.get(podUid);
  if (known && startOf(container) <= startOf(known)) return known;
  if (pods.size >= MAX_KEPT) pods.clear();
  pods.set(podUid, container);
  return container;
}

/** Of containers of one pod these are written in one way, so that they compare as texts. */
function startOf({ condition }: Container): string {
  return condition?.startedAt ?? "";
}

/** A container that Docker does not name: another runtime's, or Docker does not answer. */
export function unnamedContainer(id: string): Endpoint {
  return { ...createEndpoint(`container/${id.slice(0, 12)}`, "container"), containerId: id };
}

/** One object for each name, because there can be as many flows as sockets. */
export function processEndpoint(comm: string): Endpoint {
  if (comm === "") return UNKNOWN_PROCESS;
  return one(processes, comm, () => createEndpoint(`host/${comm}`, "process"));
}

function one(kept: Map<string, Endpoint>, key: string, make: () => Endpoint): Endpoint {
  const known = kept.get(key);
  if (known) return known;
  if (kept.size >= MAX_KEPT) kept.clear();
  const made = make();
  kept.set(key, made);
  return made;
}
