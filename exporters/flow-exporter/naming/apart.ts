import type { World } from "../metadata/world.ts";
import { netnsKey } from "../model/netns.ts";
import type { FlowRow } from "../model/socket.ts";
import { NETNS_OWNER } from "../model/socket.ts";
import { containerOf } from "./container-of.ts";

/**
 * Whether a socket is in a network namespace whose addresses mean nothing outside of it: any user can make one, and give
 * it those of others. Only what root of the host has made counts, and what Docker reports, whose engine can be told to
 * run containers in user namespaces.
 */
export function isApart(row: FlowRow, world: World): boolean {
  if (row.netnsOwner === NETNS_OWNER.host) return false;
  return !world.hostNetns.has(netnsKey(row)) && !isContainers(row, world);
}

/** Whether Docker reports a container in the socket's network namespace, or that the socket is one's. */
export function isContainers(row: FlowRow, world: World): boolean {
  return world.containersByNetns.has(netnsKey(row)) || containerOf(row, world) !== undefined;
}
