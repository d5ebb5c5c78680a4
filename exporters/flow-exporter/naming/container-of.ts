import type { World } from "../metadata/world.ts";
import type { Container } from "../model/container.ts";
import type { FlowRow } from "../model/socket.ts";

/** Id of the container a cgroup is of, whether Docker has reported that or not. */
export function containerIdAt(cgroupId: number, world: World): string | undefined {
  return world.cgroups.get(cgroupId) || undefined;
}

/** Id of the container whose cgroup a socket is in. */
export function containerIdOf(row: FlowRow, world: World): string | undefined {
  const process = world.processes.get(row.pid);
  return containerIdAt(row.cgroupId, world) ?? (process && containerIdAt(process.cgroupId, world));
}

/** The container whose cgroup a socket is in, once Docker has reported it. */
export function containerOf(row: FlowRow, world: World): Container | undefined {
  const id = containerIdOf(row, world);
  return id === undefined ? undefined : world.containers.get(id);
}
