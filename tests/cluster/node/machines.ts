import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Context } from "../context.ts";
import type { Place } from "../place.ts";
import { ADDRESSES, type ClusterNode } from "../surroundings.ts";
import { createProcesses, type Process, type Processes } from "./processes.ts";
import { waitOf } from "./waiting.ts";

/** What machines are made of. */
export interface Ground {
  context: Context;
  place: Place;
  /** Where programs are looked up, before the machine's own. */
  path: string;
}

/** A machine of its own as far as namespaces make one. */
export interface Machine {
  /** The process that holds its namespaces. */
  holder: Process;
  /** What runs in them. */
  processes: Processes;
  /** Folder of its files. */
  state: string;
}

/** Makes the network that joins the nodes, and a machine in it that is none of them. @throws StartError CLUSTER_DIED, CLUSTER_NOT_READY */
export function makeOutside(ground: Ground, nodes: readonly ClusterNode[]): Promise<Machine> {
  const words = ["sh", scriptOf("outside.sh"), ADDRESSES.outside, ADDRESSES.services, ...routesTo(nodes)];
  return makeMachine(ground, "outside", () => ["unshare", "--net", ...words]);
}

/** @param others whose pods it has a way to. @throws StartError CLUSTER_DIED, CLUSTER_NOT_READY */
export function makeNode(
  ground: Ground,
  { name, address }: ClusterNode,
  outside: Machine,
  others: readonly ClusterNode[],
): Promise<Machine> {
  const away = [`${outside.holder.pid}`, ADDRESSES.outside, ...routesTo(others)];
  return makeMachine(ground, name, (state) => {
    const words = ["sh", scriptOf("namespaces.sh"), state, name, address, ...away];
    return ["unshare", "--net", "--mount", "--propagation=private", ...words];
  });
}

/** @param command which makes namespaces a machine's, says so, and holds them */
async function makeMachine(
  { context: { host, signal }, place, path: programs }: Ground,
  name: string,
  command: (state: string) => readonly string[],
): Promise<Machine> {
  const state = path.join(place.folder, name);
  const logs = path.join(place.logs, name);
  for (const folder of [state, logs]) await mkdir(folder, { recursive: true });
  const conditions = { host, signal, group: place.group, logs, path: programs };
  const holder = createProcesses({ ...conditions, enter: [] }).start("namespaces", command(state));
  await holder.saysReady(waitOf(`the namespaces of ${name}`, 10_000, signal));
  const enter = ["nsenter", "--net", "--mount", `--target=${holder.pid}`, "--"];
  return { holder, processes: createProcesses({ ...conditions, enter }), state };
}

/** The addresses of nodes' pods, each followed by the node's own. */
function routesTo(nodes: readonly ClusterNode[]): string[] {
  return nodes.flatMap(({ pods, address }) => [pods, address]);
}

function scriptOf(name: string): string {
  return path.join(import.meta.dirname, name);
}
