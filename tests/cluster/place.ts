import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { StartError } from "../../start/errors.ts";
import type { Host } from "../../start/lib/host.ts";
import { type ControlGroup, controlGroup } from "./node/control-group.ts";

/** Of the programs that a cluster runs; what outlives a killed run is found by it. */
const GROUP = "flowtally-test-cluster";
/** Where a kubelet keeps its pods, unless it is told otherwise. */
const PODS_GROUP = "kubepods";
const FOLDER = "flowtally-cluster-";

/** Where a cluster has its files and its processes. Disposing of it ends the processes and removes the files. */
export interface Place extends AsyncDisposable {
  folder: string;
  group: ControlGroup;
}

/**
 * Makes a place for a cluster, and removes what a run has left that was killed.
 * @throws StartError CLUSTER_IMPOSSIBLE where pods are another kubelet's, CLUSTER_LEFT
 */
export async function makePlace(host: Host): Promise<Place> {
  const group = await controlGroup(host, GROUP);
  const groups = [group, await controlGroup(host, PODS_GROUP)] as const;
  await removeLeft(groups);
  const folder = await mkdtemp(path.join(tmpdir(), FOLDER));
  await group.create();
  const dispose = async () => {
    await destroyAll(groups);
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, group, [Symbol.asyncDispose]: dispose };
}

async function removeLeft(groups: readonly [own: ControlGroup, pods: ControlGroup]): Promise<void> {
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
