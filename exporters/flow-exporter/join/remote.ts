import { isLoopback, isPrivate } from "../decode/address.ts";
import type { FlowRow } from "../decode/flow-rows.ts";
import { containerEndpoint, type Endpoint, UNKNOWN_PROCESS, WORLD } from "./endpoint.ts";
import { onlyContainerIn } from "./owner.ts";
import { calledService, hasLocalTask } from "./services.ts";
import { netnsKey, type Published, publishedKey, type World } from "./world.ts";

/** Where containers on networks of their own find Docker's resolver. */
const DOCKER_DNS_ADDRESS = "127.0.0.11";
/** And where they ask it. */
export const DNS_PORT = 53;

/** The container behind the host's published port that a client's socket goes to, if it does. */
export function publishedTarget(row: FlowRow, world: World): Published | undefined {
  const { protocol, destinationAddress, destinationPort } = row;
  return world.hostAddresses.has(destinationAddress)
    ? publishedAt(protocol, destinationAddress, destinationPort, world)
    : undefined;
}

/** The container behind a port of the host, as published at one of its addresses or at all of them. */
export function publishedAt(protocol: number, address: string, port: number, world: World): Published | undefined {
  const all = world.published.get(publishedKey(protocol, port)) ?? [];
  const here = all.find(({ hostAddress }) => hostAddress === address);
  return here ?? all.find(({ hostAddress }) => hostAddress === undefined);
}

/**
 * Whether a socket's remote socket must be on this host as well, or may be: behind a service's load balancer, or at a
 * private address, which can be that of a container that Docker has not told about yet.
 */
export function mayBeLocal(row: FlowRow, world: World): boolean {
  const { destinationAddress } = row;
  if (world.hostAddresses.has(destinationAddress) || isPrivate(destinationAddress)) return true;
  if (world.containersByAddress.has(destinationAddress) || isLoopback(destinationAddress)) return true;
  if (world.services.balancerAddresses.has(destinationAddress)) return true;
  const called = calledService(row, world);
  return called !== undefined && hasLocalTask(called.service, world);
}

export function isDockerDns(address: string): boolean {
  return address === DOCKER_DNS_ADDRESS;
}

/** Who has a socket's remote address, where the remote socket itself is not seen. */
export function addressOwner(row: FlowRow, world: World): Endpoint {
  if (isLoopback(row.destinationAddress)) return netnsOwner(row, world);
  const container = world.containersByAddress.get(row.destinationAddress);
  if (container) return containerEndpoint(container);
  return world.hostAddresses.has(row.destinationAddress) ? UNKNOWN_PROCESS : WORLD;
}

function netnsOwner(row: FlowRow, world: World): Endpoint {
  const only = onlyContainerIn(netnsKey(row), world);
  return only ? containerEndpoint(only) : UNKNOWN_PROCESS;
}
