import { isLinkLocal, isLoopback, isPrivate, isShared } from "../decode/address.ts";
import type { FlowRow } from "../decode/flow-rows.ts";
import { containerIdOf } from "./owner.ts";
import { netnsKey, type World } from "./world.ts";

/**
 * How far a socket can be believed that its address is its own. "possible": nothing speaks against it; but it may lie,
 * so that its word must not lower what the other end has counted.
 */
export type Trust = "certain" | "possible" | "none";

/**
 * How far two sockets whose tuples mirror each other can be believed to be the ends of one flow. A mirrored tuple alone
 * proves nothing: with the right to raw sockets a container can bind any address, and whoever makes a network namespace
 * can give it any. Then the other end of a flow to the world would seem to be here.
 */
export function trustInPair(one: FlowRow, other: FlowRow, world: World): Trust {
  const within = netnsKey(one) === netnsKey(other);
  const trusts = [one, other].map((row) => trustIn(row, world, within));
  return (["none", "possible"] as const).find((least) => trusts.includes(least)) ?? "certain";
}

/**
 * The same for two that exchange datagrams, of which there can be more than two. Who takes the address of another on this
 * host, and sends in its name, is still the one that has sent: to believe so hides nothing, since what is sent to that
 * address shows at the other's own socket.
 */
export function trustInExchange(one: FlowRow, other: FlowRow, world: World): Trust {
  const trust = trustInPair(one, other, world);
  if (trust !== "none") return trust;
  const within = netnsKey(one) === netnsKey(other);
  const liars = [one, other].filter((row) => trustIn(row, world, within) === "none");
  return liars.every(({ sourceAddress }) => isTaken(sourceAddress, world)) ? "possible" : "none";
}

/** Whether a socket's address cannot be its own, as far as the world outside its network namespace is concerned. */
export function isForeign(row: FlowRow, world: World): boolean {
  return trustIn(row, world, false) === "none";
}

/** `within`: the other end is in the same network namespace, where whatever is local to it is so for both. */
function trustIn(row: FlowRow, world: World, within: boolean): Trust {
  const { sourceAddress } = row;
  if (isLoopback(sourceAddress) || isShared(sourceAddress)) return "certain";
  return isKnownAt(row, world) ? "certain" : askKernel(row, world, within);
}

/** Whether it is known whose the address is, and the socket is there: no look at the kernel is needed. */
function isKnownAt(row: FlowRow, world: World): boolean {
  const { sourceAddress } = row;
  const netns = netnsKey(row);
  if (world.hostNetns.has(netns)) return world.hostAddresses.has(sourceAddress);
  if (world.containersByNetns.get(netns)?.some(({ addresses }) => addresses.includes(sourceAddress))) return true;
  const own = containerIdOf(row, world);
  return own !== undefined && (world.containers.get(own)?.addresses.includes(sourceAddress) ?? false);
}

function askKernel(row: FlowRow, world: World, within: boolean): Trust {
  const { sourceAddress } = row;
  const namespace = world.namespaces.of(row, world);
  // Where the kernel tells of no processes, nothing speaks against anybody.
  if (!namespace) return world.processes.size === 0 || canBeAnywhere(sourceAddress, world) ? "possible" : "none";
  if (!namespace.local.has(sourceAddress)) return "none";
  // A container with the right to do so can have made the address up.
  if (namespace.isOfHostUsers) return world.containersByNetns.has(netnsKey(row)) ? "possible" : "certain";
  return within || canBeAnywhere(sourceAddress, world) ? "possible" : "none";
}

/** Whether an address is none of the internet's, and is not known to be another's on this host. */
function canBeAnywhere(address: string, world: World): boolean {
  return !isTaken(address, world) && (isPrivate(address) || isLinkLocal(address));
}

/** Whether an address is the host's, or that of a container that runs. */
function isTaken(address: string, { hostAddresses, containersByAddress, processes }: World): boolean {
  const holder = containersByAddress.get(address);
  return hostAddresses.has(address) || (holder !== undefined && processes.has(holder.pid));
}
