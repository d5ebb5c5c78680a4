import type { FlowRow } from "../decode/flow-rows.ts";
import { containerEndpoint, type Endpoint, processEndpoint, unnamedContainer } from "./endpoint.ts";
import type { World } from "./world.ts";

/** Whose a socket is. */
export interface Owner {
  endpoint: Endpoint;
  /** A container that Docker has not told about yet: its next answer may give another owner. */
  unknownContainer?: string;
}

/**
 * The owner of a socket: the container its cgroup names; else the only container of its network namespace;
 * else the process. The cgroup comes first because it also tells containers apart that share a namespace.
 */
export function ownerOf(row: FlowRow, world: World): Owner {
  const id = containerIdOf(row, world);
  const named = id === undefined ? undefined : world.containers.get(id);
  if (named) return { endpoint: containerEndpoint(named) };

  const [only, ...others] = world.containersByNetns.get(row.netns) ?? [];
  const unknown = id === undefined ? {} : { unknownContainer: id };
  if (only && others.length === 0) return { endpoint: containerEndpoint(only), ...unknown };
  if (id !== undefined) return { endpoint: unnamedContainer(id), unknownContainer: id };
  return { endpoint: processEndpoint(row.comm || (world.processes.get(row.pid)?.comm ?? "")) };
}

function containerIdOf(row: FlowRow, world: World): string | undefined {
  const bySocket = containerIdIn(world.cgroupNames.get(row.cgroupId));
  return bySocket ?? containerIdIn(world.processes.get(row.pid)?.cgroupName);
}

/** Runtimes name a container's cgroup `<id>`, or `docker-<id>.scope` and the like under systemd. */
function containerIdIn(cgroupName: string | undefined): string | undefined {
  return cgroupName?.match(/(?:^|-)([0-9a-f]{64})(?:\.scope)?$/)?.[1];
}
