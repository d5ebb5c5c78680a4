import type { Endpoint } from "../../../model/endpoint.ts";
import type { HubbleEndpoint } from "../../../model/hubble-flow.ts";

/** Cilium's reserved identities; each has a label of its own. */
const HOST = { identity: 1, labels: ["reserved:host"] };
const WORLD = { identity: 2, labels: ["reserved:world"] };
const REMOTE_NODE = { identity: 6, labels: ["reserved:remote-node"] };
const UNKNOWN = { identity: 0, labels: ["reserved:unknown"] };
/** Those below are reserved, or of a cluster without a name; in 24 bits two of a thousand sets of labels seldom meet. */
const FIRST_IDENTITY = 256;
const IDENTITIES = 2 ** 24 - FIRST_IDENTITY;

const NO_NAMES: readonly string[] = [];
const made = new WeakMap<Endpoint, HubbleEndpoint>();

/** An endpoint in Hubble's terms. */
export function hubbleEndpoint(endpoint: Endpoint): HubbleEndpoint {
  const known = made.get(endpoint);
  if (known) return known;
  const one = endpoint.kind === "container" ? containerOf(endpoint) : otherOf(endpoint);
  made.set(endpoint, one);
  return one;
}

/** What a service is called by: of Kubernetes, or of Compose, where a container answers for it. */
export function hubbleService(endpoint: Endpoint): { name: string; namespace: string } | undefined {
  const { kind, name, namespace, composeProject, composeService } = endpoint;
  if (kind === "service") return { name: name.slice(name.lastIndexOf("/") + 1), namespace };
  return composeService === "" ? undefined : { name: composeService, namespace: composeProject };
}

/**
 * What a client shows in place of an address, where that is all it would show: of what is no container its name here, such as
 * `host/sshd`. Hubble has domain names there.
 */
export function hubbleNames({ kind, name }: Endpoint): readonly string[] {
  return kind === "process" || kind === "dns" || kind === "node" ? [name] : NO_NAMES;
}

function containerOf({ name, pod, namespace, composeProject, composeService }: Endpoint): HubbleEndpoint {
  const labels = [
    ...label("k8s:io.kubernetes.pod.namespace", namespace),
    ...label("container:com.docker.compose.project", composeProject),
    ...label("container:com.docker.compose.service", composeService),
  ];
  // What belongs together has one identity: the containers of a service, else each its own.
  const set = composeService === "" ? [...labels, pod || name] : labels;
  return {
    id: 0,
    identity: FIRST_IDENTITY + (hash(set.join("\n")) % IDENTITIES),
    clusterName: "",
    namespace: namespace || composeProject,
    podName: pod || name,
    labels: composeService === "" && pod === "" ? [...labels, `container:name=${name}`] : labels,
    workloads: composeService === "" ? [] : [{ name: composeService, kind: "ComposeService" }],
  };
}

/** What is no container has no name among pods: a process of the host shows as the workload that it is. */
function otherOf(endpoint: Endpoint): HubbleEndpoint {
  const nothing = { id: 0, clusterName: "", namespace: endpoint.namespace, podName: "" };
  return { ...nothing, ...reservedOf(endpoint), workloads: workloadsOf(endpoint) };
}

function reservedOf({ kind }: Endpoint): Pick<HubbleEndpoint, "identity" | "labels"> {
  switch (kind) {
    case "process":
    case "dns":
      return HOST;
    case "world":
      return WORLD;
    case "node":
      return REMOTE_NODE;
    default:
      return UNKNOWN;
  }
}

function workloadsOf({ kind, name }: Endpoint): HubbleEndpoint["workloads"] {
  if (kind === "process") return [{ name: name.slice(name.indexOf("/") + 1), kind: "Process" }];
  return kind === "dns" ? [{ name, kind: "Resolver" }] : [];
}

function label(key: string, value: string): string[] {
  return value === "" ? [] : [`${key}=${value}`];
}

/** FNV-1a: the same on every node, and after every start. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}
