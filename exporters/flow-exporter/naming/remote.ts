import { type Published, publishedKey, type World } from "../metadata/world.ts";
import { isLoopback, isPrivate, networkOf } from "../model/address.ts";
import { type Endpoint, UNKNOWN_CONTAINER, UNKNOWN_PROCESS, WORLD } from "../model/endpoint.ts";
import { netnsKey } from "../model/netns.ts";
import type { FlowRow } from "../model/socket.ts";
import { isApart } from "./apart.ts";
import { calledClusterService } from "./cluster-services.ts";
import { containerEndpoint, nodeEndpoint } from "./endpoints.ts";
import { onlyContainerIn } from "./owner.ts";
import { calledService, hasLocalTask } from "./services.ts";

/** Where containers on networks of their own find Docker's resolver. */
const DOCKER_DNS_ADDRESS = "127.0.0.11";
/** And where they ask it. */
export const DNS_PORT = 53;

/** The container behind the host's published port that a client's socket goes to, if it does. */
export function publishedTarget(row: FlowRow, world: World): Published | undefined {
  const { destinationAddress, destinationPort } = row;
  return world.hostAddresses.has(destinationAddress) && !isApart(row, world)
    ? publishedAt(row, destinationAddress, destinationPort, world)
    : undefined;
}

/** The container behind a port of the host as a flow began, as published at one of its addresses or at all of them. */
export function publishedAt(
  row: Pick<FlowRow, "protocol" | "startNs">,
  address: string,
  port: number,
  world: World,
): Published | undefined {
  const known = world.published.get(publishedKey(row.protocol, port)) ?? [];
  const all = known.filter(({ container, as }) => world.tenures.hadPort(container, as, startOf(row, world)));
  const here = all.find(({ hostAddress }) => hostAddress === address);
  return here ?? all.find(({ hostAddress }) => hostAddress === undefined);
}

/**
 * Whether a socket's remote socket must be on this host as well, or may be: behind a service's load balancer, at a
 * private address, which can be that of a container that Docker has not reported yet, or behind a service of Kubernetes,
 * whose addresses, as those of its pods, may be of any range.
 */
export function mayBeLocal(row: FlowRow, world: World): boolean {
  const { destinationAddress } = row;
  if (world.hostAddresses.has(destinationAddress) || isPrivate(destinationAddress)) return true;
  if (world.containersByAddress.has(destinationAddress) || isLoopback(destinationAddress)) return true;
  if (world.services.balancerAddresses.has(destinationAddress)) return true;
  if (isOfPods(destinationAddress, world) || calledClusterService(row, world) !== undefined) return true;
  const called = calledService(row, world);
  return called !== undefined && hasLocalTask(called.service, world);
}

/** Whether an address is of a network that pods of this machine have theirs of, and so may be that of one not reported yet. */
export function isOfPods(address: string, { podNetworks }: Pick<World, "podNetworks">): boolean {
  return podNetworks.size > 0 && podNetworks.has(networkOf(address));
}

export function isDockerDns(address: string): boolean {
  return address === DOCKER_DNS_ADDRESS;
}

/**
 * Who has a socket's remote address, where the remote socket itself is not seen. Whoever made a network namespace that is
 * apart has made up who is where in it.
 */
export function addressOwner(row: FlowRow, world: World): Endpoint {
  if (isLoopback(row.destinationAddress)) return netnsOwner(row, world);
  if (isApart(row, world)) return WORLD;
  const holder = world.tenures.ofAddress(row.destinationAddress, startOf(row, world));
  if (holder) return holder === "nobody" ? UNKNOWN_CONTAINER : containerEndpoint(holder);
  if (world.hostAddresses.has(row.destinationAddress)) return UNKNOWN_PROCESS;
  const node = world.cluster.nodeAt(row.destinationAddress);
  return node === undefined ? WORLD : nodeEndpoint(node);
}

/** When a flow began; now, where that is not known: then it is looked up as it first shows. */
function startOf({ startNs }: Pick<FlowRow, "startNs">, { nowNs }: World): number {
  return startNs || nowNs;
}

function netnsOwner(row: FlowRow, world: World): Endpoint {
  const only = onlyContainerIn(netnsKey(row), world);
  return only ? containerEndpoint(only) : UNKNOWN_PROCESS;
}
