import type { Called } from "../metadata/services.ts";
import type { World } from "../metadata/world.ts";
import { type Endpoint, UNKNOWN_CONTAINER, WORLD } from "../model/endpoint.ts";
import { netnsKey } from "../model/netns.ts";
import type { Service } from "../model/service.ts";
import type { FlowRow } from "../model/socket.ts";
import { isApart } from "./apart.ts";
import { containerEndpoint } from "./endpoints.ts";
/**
 * The service that a client's socket calls: at its virtual address, which is known inside of containers only, or at
 * a port that the host publishes for it.
 */
export function calledService(row: FlowRow, world: World): Called | undefined {
  const { byAddress, byHostPort } = world.services;
  const { destinationAddress, destinationPort } = row;
  if (isApart(row, world)) return undefined;
  if (world.hostAddresses.has(destinationAddress)) return byHostPort.get(destinationPort);
  const service = world.hostNetns.has(netnsKey(row)) ? undefined : byAddress.get(destinationAddress);
  return service && { service, taskPort: destinationPort };
}

/** Whether a service has a task on this host. */
export function hasLocalTask({ taskAddresses }: Service, world: World): boolean {
  return taskAddresses.some((address) => world.containersByAddress.has(address));
}

/** Who has answered for a service, where no task's own socket is seen: the only one that can have. */
export function serviceOwner({ taskAddresses }: Service, world: World): Endpoint {
  const local = taskAddresses.flatMap((address) => world.containersByAddress.get(address) ?? []);
  if (local.length < taskAddresses.length || local.length === 0) return WORLD;
  const [only, ...others] = local;
  return only && others.length === 0 ? containerEndpoint(only) : UNKNOWN_CONTAINER;
}
