import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { StartError } from "../../start/errors.ts";
import type { Host } from "../../start/lib/host.ts";
import { type ControlGroup, controlGroup } from "./node/control-group.ts";
import type { ClusterNode } from "./surroundings.ts";

/** Of the programs that a cluster runs; what outlives a killed run is found by it. */
const GROUP = "flowtally-test-cluster";
/** Where a kubelet keeps its pods, unless it is told otherwise. */
const PODS_GROUP = "kubepods";
/** Where each of several does, in a group of its node's name. */
const NODES_GROUP = "flowtally-test-nodes";
const FOLDER = "flowtally-cluster-";

/** Where a cluster has its files and its processes. Disposing of it ends the processes and removes the files. */
export interface Place extends AsyncDisposable {
  /** Other users may pass through it, as the database does. */
  folder: string;
  /** Folder in it of what programs print. */
  logs: string;
  group: ControlGroup;
}

/**
 * Makes a place for a cluster, and removes what a run has left that was killed.
 * @throws StartError CLUSTER_IMPOSSIBLE where pods are another kubelet's, CLUSTER_LEFT
 */
export async function makePlace(host: Host): Promise<Place> {
  const group = await controlGroup(host, GROUP);
  const groups = [group, await controlGroup(host, PODS_GROUP), await controlGroup(host, NODES_GROUP)] as const;
  await removeLeft(groups);
  const folder = await mkdtemp(path.join(tmpdir(), FOLDER));
  await chmod(folder, 0o711);
  await group.create();
  const dispose = async () => {
    await destroyAll(groups);
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, logs: path.join(folder, "logs"), group, [Symbol.asyncDispose]: dispose };
}

/** Path of the control group in which a node keeps its pods that is not alone on this kernel. */
export function podsGroupOf({ name }: Pick<ClusterNode, "name">): string {
  return `/${NODES_GROUP}/${name}`;
}

async function removeLeft(groups: readonly [own: ControlGroup, pods: ControlGroup, ...ControlGroup[]]): Promise<void> {
  const [own, pods] = groups;
  if (existsSync(own.folder)) await destroyAll(groups);
  if (existsSync(pods.folder)) {
    const why = `there is ${pods.folder}, where a kubelet keeps its pods`;
    const fix = "run this on a machine that is no node of a Kubernetes";
    throw new StartError("CLUSTER_IMPOSSIBLE", { what: "No Kubernetes can be started here", why, fix });
  }
  const left = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDER));
  for (const name of left) await rm(path.join(tmpdir(), name), { recursive: true, force: true });
}

/** The programs first: they would start pods anew. */
async function destroyAll(groups: readonly ControlGroup[]): Promise<void> {
  for (const group of groups) await group.destroy();
}
