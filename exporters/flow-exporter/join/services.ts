import type { FlowRow } from "../decode/flow-rows.ts";
import type { Service } from "../decode/services.ts";
import { type Endpoint, UNKNOWN_CONTAINER, WORLD } from "../model/endpoint.ts";
import { isApart } from "./apart.ts";
import { containerEndpoint } from "./endpoint.ts";
import { netnsKey, type World } from "./world.ts";

/** A swarm's services, arranged for looking up. */
export interface Services {
  byAddress: ReadonlyMap<string, Service>;
  /** By the port of the host that leads to it. */
  byHostPort: ReadonlyMap<number, Called>;
  balancerAddresses: ReadonlySet<string>;
}

/** A service, and the port that its tasks are called at. */
export interface Called {
  service: Service;
  taskPort: number;
}

export function createServices(services: readonly Service[]): Services {
  const published = services.flatMap((service) =>
    service.publishedPorts.map(({ hostPort, taskPort }) => [hostPort, { service, taskPort }] as const),
  );
  return {
    byAddress: new Map(services.map((service) => [service.virtualAddress, service])),
    byHostPort: new Map(published),
    balancerAddresses: new Set(services.flatMap(({ balancerAddresses }) => balancerAddresses)),
  };
}

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
