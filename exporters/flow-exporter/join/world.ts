import type { Container } from "../decode/containers.ts";
import type { ProcessRow } from "../decode/process-rows.ts";

/** What is known about the host at one moment, as read. */
export interface Facts {
  processes: readonly ProcessRow[];
  containers: readonly Container[];
  hostAddresses: ReadonlySet<string>;
  /** Goes up by one with every answer of Docker; 0: it has never answered. */
  metadataVersion: number;
  /** Whether Docker's last answer came when it was asked. */
  metadataUp: boolean;
}

/** The target of a published port. */
export interface Published {
  container: Container;
  port: number;
}

/** The facts, arranged for looking up. */
export interface World {
  metadataVersion: number;
  metadataUp: boolean;
  hostAddresses: ReadonlySet<string>;
  containers: ReadonlyMap<string, Container>;
  containersByAddress: ReadonlyMap<string, Container>;
  /** Not the host's own namespace: sharing that says nothing about whose a socket is. */
  containersByNetns: ReadonlyMap<number, readonly Container[]>;
  published: ReadonlyMap<number, Published>;
  cgroupNames: ReadonlyMap<number, string>;
  processes: ReadonlyMap<number, ProcessRow>;
}

export function createWorld(facts: Facts): World {
  const processes = new Map(facts.processes.map((process) => [process.pid, process]));
  const hostNetns = firstProcess(facts.processes)?.netns;
  const netnsOfContainer = netnsPerContainer(facts.containers, processes);
  return {
    metadataVersion: facts.metadataVersion,
    metadataUp: facts.metadataUp,
    hostAddresses: facts.hostAddresses,
    containers: new Map(facts.containers.map((container) => [container.id, container])),
    containersByAddress: new Map(facts.containers.flatMap((one) => one.addresses.map((address) => [address, one]))),
    containersByNetns: containersPerNetns(facts.containers, netnsOfContainer, hostNetns),
    published: new Map(facts.containers.flatMap(publishedBy)),
    cgroupNames: new Map(facts.processes.map((process) => [process.cgroupId, process.cgroupName])),
    processes,
  };
}

/** Whoever has the lowest pid runs in the host's own namespaces: init, or a kernel thread where init is kept from us. */
function firstProcess(processes: readonly ProcessRow[]): ProcessRow | undefined {
  return processes.reduce<ProcessRow | undefined>(
    (first, one) => (first && first.pid < one.pid ? first : one),
    undefined,
  );
}

function netnsPerContainer(
  containers: readonly Container[],
  processes: ReadonlyMap<number, ProcessRow>,
): Map<string, number> {
  const known = new Map<string, number>();
  for (const { id, pid } of containers) {
    const first = processes.get(pid);
    if (first) known.set(id, first.netns);
  }
  return known;
}

function containersPerNetns(
  containers: readonly Container[],
  netnsOf: ReadonlyMap<string, number>,
  hostNetns: number | undefined,
): Map<number, Container[]> {
  const inside = containers.filter(({ id }) => netnsOf.has(id) && netnsOf.get(id) !== hostNetns);
  return Map.groupBy(inside, ({ id }) => netnsOf.get(id) ?? 0);
}

function publishedBy(container: Container): [number, Published][] {
  return container.publishedPorts.map(({ hostPort, containerPort }) => [hostPort, { container, port: containerPort }]);
}
