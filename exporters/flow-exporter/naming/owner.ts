import type { World } from "../metadata/world.ts";
import { DOCKER_DNS, type Endpoint, UNKNOWN_CONTAINER } from "../model/endpoint.ts";
import { netnsKey } from "../model/netns.ts";
import type { FlowRow } from "../model/socket.ts";
import { isApart } from "./apart.ts";
import { containerIdAt, containerIdOf } from "./container-of.ts";
import { containerEndpoint, processEndpoint, unnamedContainer } from "./endpoints.ts";

/** Whose a socket is. */
export interface Owner {
  endpoint: Endpoint;
  /** A container that Docker has not reported yet: its next answer may give another owner. */
  unknownContainer?: string;
  /** It is not known yet what its cgroup is: the next read of processes may show it. */
  unknownCgroup?: true;
}

/**
 * The owner of a socket: Docker's resolver, as below; else the container its cgroup names; else the only container of its network namespace;
 * else the process. The cgroup comes first because it also distinguishes containers that share a namespace.
 */
export function ownerOf(row: FlowRow, world: World): Owner {
  if (isResolvers(row, world)) return { endpoint: DOCKER_DNS };
  const id = containerIdOf(row, world);
  const named = id === undefined ? undefined : world.containers.get(id);
  if (named) return { endpoint: containerEndpoint(named) };

  const only = onlyContainerIn(netnsKey(row), world);
  const unknown = id === undefined ? {} : { unknownContainer: id };
  if (only) return { endpoint: containerEndpoint(only), ...unknown };
  if (id !== undefined) return { endpoint: unnamedContainer(id), unknownContainer: id };
  return unnamedOwner(row, world);
}

/** The engine goes into a container's network namespace to ask, in its place, what it cannot answer by itself. */
function isResolvers(row: FlowRow, { engines, hostNetns }: World): boolean {
  return engines.has(row.pid) && !hostNetns.has(netnsKey(row));
}

/** Whose a process is: by its cgroup, else by its name. */
export function processOwner(pid: number, comm: string, world: World): Endpoint {
  const process = world.processes.get(pid);
  const id = process && containerIdAt(process.cgroupId, world);
  const container = id === undefined ? undefined : world.containers.get(id);
  if (container) return containerEndpoint(container);
  return id === undefined ? processEndpoint(process?.comm ?? comm) : unnamedContainer(id);
}

/** The container, or one of the pod, that has a network namespace for itself; the host's own says nothing about whose a socket is. */
export function onlyContainerIn(netns: number, world: World) {
  const [only, ...others] = world.containersByNetns.get(netns) ?? [];
  return others.every(({ podUid }) => podUid !== undefined && podUid === only?.podUid) ? only : undefined;
}

/** A cgroup without a name belonged to processes that have all gone: those of a container, or a command of the host or of a user. */
function unnamedOwner(row: FlowRow, world: World): Owner {
  const process = world.processes.get(row.pid);
  const gone = row.cgroupId !== 0 && !process && !world.cgroups.has(row.cgroupId);
  const inside = gone && !world.hostNetns.has(netnsKey(row)) && !isApart(row, world);
  const endpoint = inside ? UNKNOWN_CONTAINER : processEndpoint(row.comm || (process?.comm ?? ""));
  return gone && !world.areCgroupsComplete ? { endpoint, unknownCgroup: true } : { endpoint };
}
