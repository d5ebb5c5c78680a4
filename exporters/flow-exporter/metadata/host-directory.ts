import type { CgroupRow } from "../model/cgroup.ts";
import type { Container } from "../model/container.ts";
import type { MetadataSource } from "../model/metadata-source.ts";
import { byPid, type ProcessRow } from "../model/process.ts";
import { ContainerCgroups } from "./container-cgroups.ts";
import { findFirstProcesses } from "./first-processes.ts";
import type { Host } from "./host/host.ts";
import { hostAddresses } from "./host/host-addresses.ts";
import { type LocalAddresses, localAddresses } from "./host/local-addresses.ts";
import { cgroupPath, userOf } from "./host/process-files.ts";
import type { ClusterServices } from "./kubernetes/api/cluster-services.ts";
import { unreportedContainer } from "./kubernetes/unreported.ts";
import { Namespaces } from "./namespaces.ts";
import { OwnContainers } from "./own-containers.ts";
import { ProcessHistory } from "./process-history.ts";
import { Proxies } from "./proxies.ts";
import type { TenuresState } from "./tenures.ts";
import { Tenures } from "./tenures.ts";
import { createWorld, type World } from "./world.ts";

const KEPT_NS = 300e9;

/** What names flows that are still to come. */
export interface DirectoryState {
  /** The container of each cgroup, by number; "": of none. */
  cgroups: [number, string][];
  containers: readonly Container[];
  /** Ids of the monitoring's own containers, those that are gone among them. */
  ownContainers: string[];
  /** Docker's own proxies: process id and start. */
  proxies: [number, number][];
  /** Which of the containers had which address, and port of the host, when. */
  tenures: TenuresState;
}

export interface HostDirectoryParts {
  /** What the kernel reports now. @throws the system's error, or DecodeError. */
  processes(): ProcessRow[];
  cgroups(): CgroupRow[];
  host: Host;
  metadata: MetadataSource;
  /** Left out: nobody knows of any. */
  cluster?: ClusterServices | undefined;
  /** Number of this exporter's process. */
  ownPid: number;
}

/** Who has which process, cgroup, address and port of this host, kept from reading to reading, those that are gone for a while. */
export class HostDirectory {
  /** What the processes did in the last readings. */
  readonly history = new ProcessHistory();
  /** The kernel has reported every cgroup there was as of the last reading, also of those whose processes are gone. */
  areCgroupsComplete = false;
  readonly #parts: HostDirectoryParts;
  readonly #cgroups: ContainerCgroups;
  readonly #proxies: Proxies;
  readonly #tenures = new Tenures(KEPT_NS);
  readonly #namespaces: Namespaces;
  #own = new OwnContainers();
  /** The metadata they are as of. */
  #tenuresAsOf = 0;
  #processes: ReadonlyMap<number, ProcessRow> = new Map();
  #addresses: ReadonlySet<string> = new Set();
  /** The metadata they were read with: a network that Docker makes gives the host another address. */
  #addressesAsOf = 0;

  constructor(parts: HostDirectoryParts) {
    const { host } = parts;
    this.#parts = parts;
    this.#cgroups = new ContainerCgroups(KEPT_NS, (pid) => cgroupPath(host.processFile(pid, "cgroup")));
    this.#proxies = new Proxies(KEPT_NS, (pid) => userOf(host.processFile(pid, "status")));
    this.#namespaces = new Namespaces((pid) => addressesOf(pid, host));
  }

  /** Ids of the monitoring's own containers. */
  get ownContainers(): ReadonlySet<string> {
    return this.#own.ids;
  }

  /** Whether it is known which cgroup is a container's. */
  knowsCgroupOf(containerId: string): boolean {
    return this.#cgroups.hasSeen(containerId);
  }

  /** Whether a cgroup is that of a container that has been started below the one at `path`. */
  isBelow(cgroupId: number, path: string): boolean {
    return this.#cgroups.isBelow(cgroupId, path);
  }

  /** Reads the processes. @throws the system's error, or DecodeError. */
  readProcesses(): void {
    const { host } = this.#parts;
    const rows = this.#parts.processes();
    this.#processes = byPid(rows);
    this.history.add(rows, host.bootTimeNs());
  }

  /** Reads the cgroups that the kernel reports. @throws the system's error, or DecodeError. */
  readCgroups(): void {
    const { host, ownPid } = this.#parts;
    this.#cgroups.takeIn(this.#parts.cgroups(), this.#processes.get(ownPid), host.bootTimeNs());
  }

  /**
   * Learns which cgroup is which container's, while its processes are there, and which processes are the engine's: those
   * outside of all containers' cgroups, so that these must have been read after the processes.
   */
  judgeProcesses(): void {
    const { host, metadata } = this.#parts;
    const nowNs = host.bootTimeNs();
    this.#cgroups.look(this.#processes.values(), nowNs);
    this.#proxies.look(this.#processes, () => this.#cgroups.containers(metadata.known), nowNs);
  }

  /** Reads the host's addresses. */
  readAddresses(): void {
    const { host, metadata } = this.#parts;
    this.#addressesAsOf = metadata.version;
    this.#addresses = hostAddresses(host.netFile("fib_trie"), host.netFile("if_inet6"));
  }

  /** The same, where Docker has answered since they were read. */
  renewAddresses(): void {
    if (this.#parts.metadata.version !== this.#addressesAsOf) this.readAddresses();
  }

  /** All of it as of now, arranged for looking up. */
  world(): World {
    const { metadata, cluster, host, ownPid } = this.#parts;
    const nowNs = host.bootTimeNs();
    const processes = this.#processes;
    this.#cgroups.learn(metadata.containers, processes, nowNs);
    const cgroups = this.#cgroups.containers(metadata.known);
    const unreported = this.#cgroups.unreported(metadata.known, metadata.knownPods);
    findFirstProcesses(metadata.containers, cgroups, processes);
    this.#holdTenures(nowNs);
    const self = processes.get(ownPid);
    this.#own.look(metadata.containers, self && cgroups.get(self.cgroupId));
    return createWorld({
      processes,
      history: this.history,
      containers: metadata.containers,
      goneContainers: [...[...unreported].map(([id, pod]) => unreportedContainer(id, pod)), ...metadata.gone],
      pods: metadata.knownPods,
      services: metadata.services,
      ...(cluster ? { cluster } : {}),
      tenures: this.#tenures,
      namespaces: this.#namespaces,
      cgroups,
      areCgroupsComplete: this.areCgroupsComplete,
      proxies: this.#proxies.pids(processes),
      engines: this.#proxies.enginePids(processes),
      hostAddresses: this.#addresses,
      nowNs,
      metadataVersion: metadata.version,
      metadataUp: metadata.up,
    });
  }

  /** What the next exporter must know to name flows that are still to come. */
  get state(): DirectoryState {
    const { metadata, host } = this.#parts;
    this.#holdTenures(host.bootTimeNs());
    return {
      cgroups: [...this.#cgroups.containers(metadata.known)],
      containers: metadata.known,
      ownContainers: [...this.#own.ids],
      proxies: this.#proxies.known,
      tenures: this.#tenures.state,
    };
  }

  /** Goes on where an earlier exporter was; `sameBoot`: its numbers mean the same. */
  restore({ cgroups, containers, ownContainers, proxies, tenures }: DirectoryState, sameBoot: boolean): void {
    const nowNs = this.#parts.host.bootTimeNs();
    this.#own = new OwnContainers(ownContainers);
    if (!sameBoot) return;
    this.#cgroups.restore(cgroups, nowNs);
    this.#proxies.remember(proxies, nowNs);
    this.#parts.metadata.restore(containers);
    this.#tenures.restore(tenures, containers);
  }

  #holdTenures(nowNs: number): void {
    const { metadata } = this.#parts;
    if (metadata.version === this.#tenuresAsOf) {
      if (metadata.up) this.#tenures.confirm(nowNs);
      return;
    }
    this.#tenuresAsOf = metadata.version;
    const startOf = ({ pid }: { pid: number }) => this.#processes.get(pid)?.startNs;
    this.#tenures.update(metadata.containers, metadata.gone, startOf, nowNs);
  }
}

/** The addresses of the network namespace a process is in; undefined where the kernel says nothing. */
function addressesOf(pid: number, host: Host): LocalAddresses | undefined {
  const fibTrie = host.processFile(pid, "net/fib_trie");
  return fibTrie === "" ? undefined : localAddresses(fibTrie, host.processFile(pid, "net/ipv6_route"));
}
