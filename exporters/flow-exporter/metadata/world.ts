import { isPrivate, networkOf } from "../model/address.ts";
import type { Container } from "../model/container.ts";
import { type Netns, netnsKey } from "../model/netns.ts";
import type { Pod } from "../model/pod.ts";
import type { ProcessRow } from "../model/process.ts";
import type { Service } from "../model/service.ts";
import { podName } from "./collected.ts";
import { ClusterServices } from "./kubernetes/api/cluster-services.ts";
import type { Namespaces } from "./namespaces.ts";
import type { ProcessHistory } from "./process-history.ts";
import { createServices, type Services } from "./services.ts";
import type { Tenures } from "./tenures.ts";

const NO_CLUSTER = new ClusterServices();

/** What is known about the host at one moment, as read. */
export interface Facts {
  /** By process id. */
  processes: ReadonlyMap<number, ProcessRow>;
  /** What the processes did in the last reads. */
  history: ProcessHistory;
  containers: readonly Container[];
  /** The container each cgroup is of, by its number; "": of none. Those of processes that are gone are among them. */
  cgroups: ReadonlyMap<number, string>;
  /** The kernel has reported every cgroup that there was: what is not among `cgroups` will not come. */
  areCgroupsComplete: boolean;
  tenures: Tenures;
  /** What the kernel says of network namespaces. */
  namespaces: Namespaces;
  /** Processes that are Docker's own proxies, those that are gone among them. */
  proxies: ReadonlySet<number>;
  /** Processes that are Docker's engine, likewise. */
  engines: ReadonlySet<number>;
  /** Containers that are gone: they name the flows they leave behind. */
  goneContainers?: readonly Container[];
  /** Pods of this machine, those that are gone among them. */
  pods?: readonly Pod[];
  services?: readonly Service[];
  /** Those of Kubernetes. */
  cluster?: ClusterServices;
  hostAddresses: ReadonlySet<string>;
  /** Nanoseconds since boot. */
  nowNs: number;
  /** Goes up by one with every answer of Docker; 0: it has never answered. */
  metadataVersion: number;
  /** Whether Docker's last answer came when it was asked. */
  metadataUp: boolean;
}

/** The target of a published port. */
export interface Published {
  container: Container;
  port: number;
  /** Address of the host it is published at; undefined: at all of them. */
  hostAddress: string | undefined;
  /** As Docker reports it. */
  as: Container["publishedPorts"][number];
}

/** The facts, arranged for looking up. */
export interface World {
  nowNs: number;
  metadataVersion: number;
  metadataUp: boolean;
  hostAddresses: ReadonlySet<string>;
  containers: ReadonlyMap<string, Container>;
  containersByAddress: ReadonlyMap<string, Container>;
  /** By `netnsKey`; the host's own is left out. */
  containersByNetns: ReadonlyMap<number, readonly Container[]>;
  /** The host's own network namespace, as `netnsKey` gives it. */
  hostNetns: ReadonlySet<number>;
  /** By `publishedKey`, those that run first; several can have the same port at different addresses. */
  published: ReadonlyMap<number, readonly Published[]>;
  /** Names of this machine's pods, `namespace/pod`: one is known before the addresses of its containers are. */
  podNames: ReadonlySet<string>;
  /** Those that pods have addresses of which do not look like somebody's own (`networkOf`). */
  podNetworks: ReadonlySet<string>;
  services: Services;
  /** As in the facts. */
  cluster: ClusterServices;
  /** As in the facts. */
  tenures: Tenures;
  namespaces: Namespaces;
  cgroups: ReadonlyMap<number, string>;
  /** As in the facts. */
  areCgroupsComplete: boolean;
  proxies: ReadonlySet<number>;
  engines: ReadonlySet<number>;
  processes: ReadonlyMap<number, ProcessRow>;
  history: ProcessHistory;
}

export function publishedKey(protocol: number, hostPort: number): number {
  return protocol * 0x1_0000 + hostPort;
}

export function createWorld(facts: Facts): World {
  const { processes } = facts;
  const hostNetns = new Set(netnsKeys(firstProcess([...processes.values()])));
  // Whoever runs comes last, and has the address or the port of one that is gone.
  const containers = [...(facts.goneContainers ?? []), ...facts.containers];
  return {
    nowNs: facts.nowNs,
    metadataVersion: facts.metadataVersion,
    metadataUp: facts.metadataUp,
    hostAddresses: facts.hostAddresses,
    containers: new Map(containers.map((container) => [container.id, container])),
    containersByAddress: new Map(containers.flatMap((one) => one.addresses.map((address) => [address, one]))),
    containersByNetns: containersPerNetns(facts.containers, processes, hostNetns),
    hostNetns,
    podNames: new Set((facts.pods ?? []).map(podName)),
    podNetworks: podNetworksOf(containers),
    services: createServices(facts.services ?? []),
    cluster: facts.cluster ?? NO_CLUSTER,
    published: publishedBy([...facts.containers, ...(facts.goneContainers ?? [])]),
    tenures: facts.tenures,
    namespaces: facts.namespaces,
    cgroups: facts.cgroups,
    areCgroupsComplete: facts.areCgroupsComplete,
    proxies: facts.proxies,
    engines: facts.engines,
    processes,
    history: facts.history,
  };
}

/** Almost always none: a cluster may give its pods any addresses, also those that the internet has. */
function podNetworksOf(containers: readonly Container[]): Set<string> {
  const pods = containers.filter(({ podUid }) => podUid !== undefined);
  return new Set(pods.flatMap(({ addresses }) => addresses.filter((one) => !isPrivate(one)).map(networkOf)));
}

/** Whoever has the lowest pid runs in the host's own namespaces: init, or a kernel thread where init is kept from us. */
function firstProcess(processes: readonly ProcessRow[]): ProcessRow | undefined {
  return processes.reduce<ProcessRow | undefined>(
    (first, one) => (first && first.pid < one.pid ? first : one),
    undefined,
  );
}

/** Under both names, because a row may know one of them only. */
function netnsKeys(process: Netns | undefined): number[] {
  return process ? [netnsKey(process), process.netns] : [];
}

function containersPerNetns(
  containers: readonly Container[],
  processes: ReadonlyMap<number, ProcessRow>,
  hostNetns: ReadonlySet<number>,
): Map<number, Container[]> {
  const perNetns = new Map<number, Container[]>();
  // One in the network namespace of the machine is not all that is in it, whichever namespace the machine's is.
  for (const container of containers.filter(({ networkMode }) => networkMode !== "host")) {
    const [cookie, inode] = netnsKeys(processes.get(container.pid));
    for (const key of cookie === inode ? [cookie] : [cookie, inode]) {
      if (key === undefined || hostNetns.has(key)) continue;
      const beside = perNetns.get(key);
      if (beside) beside.push(container);
      else perNetns.set(key, [container]);
    }
  }
  return perNetns;
}

function publishedBy(containers: readonly Container[]): Map<number, Published[]> {
  const published = new Map<number, Published[]>();
  for (const container of containers) {
    for (const as of container.publishedPorts) {
      const { hostAddress, containerPort: port } = as;
      const key = publishedKey(as.protocol, as.hostPort);
      published.set(key, [...(published.get(key) ?? []), { container, port, hostAddress, as }]);
    }
  }
  return published;
}
