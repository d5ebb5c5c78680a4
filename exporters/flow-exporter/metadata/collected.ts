import type { ClusterService, EndpointSlice } from "../model/cluster-service.ts";
import type { Container } from "../model/container.ts";
import type { Node } from "../model/node.ts";
import type { Pod } from "../model/pod.ts";
import {
  addressesOf,
  conditionOf,
  hostPathsOf,
  type ListedContainer,
  labelsOf,
  nameOf,
  publishedPortsOf,
} from "./docker/containers.ts";
import {
  type ApiService,
  type ApiSlice,
  externalAddressesOf,
  SERVICE_LABEL,
  serviceAddressesOf,
  servicePortsOf,
  sliceEndpointsOf,
  slicePortsOf,
} from "./kubernetes/api/services.ts";
import { type PodContainer, podConditionOf, podPortsOf } from "./kubernetes/containers.ts";
import { type KubeletPod, ownerOf, podAddressesOf } from "./kubernetes/pods.ts";

/**
 * What is collected of a kind of thing: of each of its fields how every source that knows it tells it, and what it is where
 * none does. A field that is added to the kind does not compile without a row.
 */
type Collected<Value, Answers> = {
  readonly [Field in keyof Value]-?: { readonly unknown: Value[Field] } & {
    readonly [Source in keyof Answers]?: (answer: Answers[Source]) => Value[Field];
  };
};

interface ContainerAnswers {
  docker: ListedContainer;
  kubelet: PodContainer;
}

export const CONTAINER: Collected<Container, ContainerAnswers> = {
  id: { unknown: "", docker: ({ info }) => info.Id, kubelet: ({ id }) => id },
  name: { unknown: "", docker: ({ info }) => nameOf(info), kubelet: ({ pod: { metadata } }) => podName(metadata) },
  image: { unknown: "", docker: ({ info }) => info.Image, kubelet: ({ image }) => image },
  composeProject: { unknown: "", docker: ({ info }) => labelsOf(info.Labels ?? {}).composeProject },
  composeService: { unknown: "", docker: ({ info }) => labelsOf(info.Labels ?? {}).composeService },
  pod: {
    unknown: "",
    docker: ({ info }) => labelsOf(info.Labels ?? {}).pod,
    kubelet: ({ pod }) => pod.metadata.name,
  },
  namespace: {
    unknown: "",
    docker: ({ info }) => labelsOf(info.Labels ?? {}).namespace,
    kubelet: ({ pod }) => pod.metadata.namespace,
  },
  podUid: { unknown: undefined, kubelet: ({ pod }) => pod.metadata.uid },
  podOwner: { unknown: undefined, kubelet: ({ pod }) => ownerName(ownerOf(pod)) },
  // The kubelet does not tell it: the directory finds it by the cgroup.
  pid: { unknown: 0, docker: ({ inspected }) => inspected.pid },
  networkMode: {
    unknown: "",
    docker: ({ info }) => info.HostConfig?.NetworkMode ?? "",
    kubelet: ({ pod }) => (pod.spec.hostNetwork ? "host" : ""),
  },
  addresses: {
    unknown: [],
    docker: ({ info }) => addressesOf(info),
    kubelet: ({ pod, isRunning }) => (isRunning ? podAddressesOf(pod) : []),
  },
  publishedPorts: {
    unknown: [],
    docker: ({ info }) => publishedPortsOf(info),
    kubelet: (one) => (one.isRunning ? podPortsOf(one) : []),
  },
  hostPaths: { unknown: [], docker: ({ info }) => hostPathsOf(info) },
  condition: { unknown: undefined, docker: conditionOf, kubelet: podConditionOf },
};

export const POD: Collected<Pod, { kubelet: KubeletPod }> = {
  uid: { unknown: "", kubelet: ({ metadata }) => metadata.uid },
  name: { unknown: "", kubelet: ({ metadata }) => metadata.name },
  namespace: { unknown: "", kubelet: ({ metadata }) => metadata.namespace },
  addresses: { unknown: [], kubelet: podAddressesOf },
  hostNetwork: { unknown: false, kubelet: ({ spec }) => spec.hostNetwork ?? false },
  owner: { unknown: undefined, kubelet: ownerOf },
};

export const NODE: Collected<Node, { kubelet: KubeletPod }> = {
  name: { unknown: "", kubelet: ({ spec }) => spec.nodeName ?? "" },
  address: { unknown: "", kubelet: ({ status }) => status.hostIP ?? "" },
};

export const SERVICE: Collected<ClusterService, { api: ApiService }> = {
  name: { unknown: "", api: ({ metadata }) => metadata.name },
  namespace: { unknown: "", api: ({ metadata }) => metadata.namespace },
  addresses: { unknown: [], api: serviceAddressesOf },
  externalAddresses: { unknown: [], api: externalAddressesOf },
  ports: { unknown: [], api: servicePortsOf },
};

export const SLICE: Collected<EndpointSlice, { api: ApiSlice }> = {
  namespace: { unknown: "", api: ({ metadata }) => metadata.namespace },
  service: { unknown: "", api: ({ metadata }) => metadata.labels?.[SERVICE_LABEL] ?? "" },
  ports: { unknown: [], api: slicePortsOf },
  endpoints: { unknown: [], api: sliceEndpointsOf },
};

/** The same, as of a source whose answers are of one type. */
type Row<Answer> = { unknown: unknown } & Partial<Record<PropertyKey, (answer: Answer) => unknown>>;

/** One thing, as a source tells of it. */
export function collect<Value extends object, Answers, Source extends keyof Answers>(
  table: Collected<Value, Answers>,
  source: Source,
  answer: Answers[Source],
): Value {
  const rows = Object.entries(table) as [string, Row<Answers[Source]>][];
  const fields = rows.map(([field, row]) => [field, row[source]?.(answer) ?? row.unknown]);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Value;
}

function ownerName(owner: Pod["owner"]): string | undefined {
  return owner && `${owner.kind}/${owner.name}`;
}

/** Of its endpoint, and of each of its containers. */
export function podName({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}
