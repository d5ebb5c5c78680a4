import type { World } from "../../../metadata/world.ts";
import { isLinkLocal, isLoopback, isPrivate, isShared } from "../../../model/address.ts";
import type { Container } from "../../../model/container.ts";
import { netnsKey } from "../../../model/netns.ts";
import type { FlowRow } from "../../../model/socket.ts";
import { isApart, isContainers } from "../../../naming/apart.ts";
import { containerIdOf, containerOf } from "../../../naming/container-of.ts";
import { isOfPods } from "../../../naming/remote.ts";

/**
 * How far a socket can be believed that its address is its own. "possible": nothing speaks against it, but it may lie, so
 * that its word must not count where that of a certain one does.
 */
type Trust = "none" | "possible" | "certain";

const ORDER: readonly Trust[] = ["none", "possible", "certain"];

/** Of two sockets, which may lie. */
export type Doubts = readonly [one: boolean, other: boolean];

/**
 * Whether two sockets whose tuples mirror each other are the ends of one flow, and which of them may lie; undefined: they
 * are not. A mirrored tuple alone proves nothing: with the right to raw sockets a container can bind any address. Then the
 * other end of a flow to the world would seem to be here.
 */
export function doubtsInPair(one: FlowRow, other: FlowRow, world: World): Doubts | undefined {
  const trusts = trustsIn(one, other, world);
  return trusts.includes("none") ? undefined : doubtsOf(trusts);
}

/**
 * The same for two that exchange datagrams, of which there can be more than two. Who takes the address of another on this
 * host, and sends in its name, is still the one that has sent: to believe so hides nothing, since what is sent to that
 * address shows at the other's own socket.
 */
export function doubtsInExchange(one: FlowRow, other: FlowRow, world: World): Doubts | undefined {
  const trusts = trustsIn(one, other, world);
  const liars = [one, other].filter((_, index) => trusts[index] === "none");
  return liars.every(({ sourceAddress }) => isTaken(sourceAddress, world)) ? doubtsOf(trusts) : undefined;
}

/** Whether a socket has at least as much right to its address as another one, as far as others are concerned. */
export function hasAsMuchRight(row: FlowRow, other: FlowRow, world: World): boolean {
  return ORDER.indexOf(trustIn(row, world)) >= ORDER.indexOf(trustIn(other, world));
}

function trustsIn(one: FlowRow, other: FlowRow, world: World): readonly [Trust, Trust] {
  return [trustIn(one, world), trustIn(other, world)];
}

function doubtsOf([one, other]: readonly [Trust, Trust]): Doubts {
  return [one !== "certain", other !== "certain"];
}

function trustIn(row: FlowRow, world: World): Trust {
  const { sourceAddress } = row;
  // It meets none but its own: see `tuplesOf`.
  if (isApart(row, world)) return "certain";
  if (isLoopback(sourceAddress)) return "certain";
  // Whoever listens to a group, or wants to seem to, has its address.
  if (isShared(sourceAddress)) return "possible";
  return isKnownAt(row, world) ? "certain" : askKernel(row, world);
}

/** Whether it is known whose the address is, and the socket is there: no look at the kernel is needed. */
function isKnownAt(row: FlowRow, world: World): boolean {
  const { sourceAddress } = row;
  const netns = netnsKey(row);
  if (world.hostNetns.has(netns)) return world.hostAddresses.has(sourceAddress);
  const inside = world.containersByNetns.get(netns) ?? [];
  const own = containerOf(row, world);
  return [...inside, ...(own ? [own] : [])].some((container) => isAt(container, sourceAddress, world));
}

/** A service's tasks can answer from its virtual address. */
function isAt({ addresses }: Container, address: string, { services }: World): boolean {
  if (addresses.includes(address)) return true;
  const tasks = services.byAddress.get(address)?.taskAddresses ?? [];
  return tasks.some((task) => addresses.includes(task));
}

function askKernel(row: FlowRow, world: World): Trust {
  const { sourceAddress } = row;
  const local = world.namespaces.of(row, world);
  if (!local) return mayBeGone(row, world) ? "possible" : "none";
  if (!local.has(sourceAddress)) return "none";
  if (!isContainers(row, world)) return containerIdOf(row, world) === undefined ? "certain" : "possible";
  // A container with the right to do so can have made it up; or a network has just got it, and Docker's word is to come.
  return canBeAnywhere(sourceAddress, world) ? "possible" : "none";
}

/**
 * Whether an address of which the kernel says nothing can have been a socket's: root's brief command in a network namespace,
 * or a container that was gone before Docker reported it. Where there is no word on any process, nothing speaks against it.
 */
function mayBeGone(row: FlowRow, world: World): boolean {
  if (world.processes.size === 0) return true;
  return (!isContainers(row, world) || isKnownByEvents(row, world)) && canBeAnywhere(row.sourceAddress, world);
}

/** Whether a socket is of a container that was gone before Docker could be asked: its events do not have the address. */
function isKnownByEvents(row: FlowRow, world: World): boolean {
  return containerOf(row, world)?.addresses.length === 0 && !world.containersByNetns.has(netnsKey(row));
}

/** Whether an address is none of the internet's, or one of this machine's pods', and is not known to be another's on this host. */
function canBeAnywhere(address: string, world: World): boolean {
  return !isTaken(address, world) && (isPrivate(address) || isLinkLocal(address) || isOfPods(address, world));
}

/** Whether an address is the host's, or that of a container that runs. */
function isTaken(address: string, { hostAddresses, containersByAddress, processes }: World): boolean {
  const holder = containersByAddress.get(address);
  return hostAddresses.has(address) || (holder !== undefined && processes.has(holder.pid));
}
