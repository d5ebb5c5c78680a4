import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { access } from "./access.ts";
import { kubectl } from "./kubectl.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../../deploy/kubernetes");
export const NAMESPACE = "flowtally";

/** Of what this project brings to a cluster, and what is changed of that; all as in a kustomization. */
interface Deployment {
  resources: "base" | "prometheus-operator";
  components?: readonly "store"[];
  patches?: readonly object[];
}

/** An agent of the DaemonSet's. */
export interface Agent {
  pod: string;
  node: string;
  /** Where its exporter answers. */
  url: string;
}

/** What this project brings to a cluster, applied as a user would, but for the images' tags. @returns once it is ready */
export async function deployAgent(deployment: Deployment = { resources: "base" }): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-overlay-"));
  try {
    const at = (name: string) => path.relative(folder, path.join(FOLDER, name));
    const images = Object.entries(access().images).map(([name, reference]) => ({
      name: `flowtally/${name}`,
      newName: reference.slice(0, reference.lastIndexOf(":")),
      newTag: reference.slice(reference.lastIndexOf(":") + 1),
    }));
    const { resources, components = [], patches = [] } = deployment;
    const overlay = { resources: [at(resources)], components: components.map(at), patches, images };
    await writeFile(path.join(folder, "kustomization.yaml"), JSON.stringify(overlay));
    await kubectl(["apply", "--kustomize", folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
  await rolledOut();
}

/** Waits until each node has its agent, of the version that was applied last. */
export async function rolledOut(): Promise<void> {
  await kubectl(["rollout", "status", "daemonset/flowtally", `--namespace=${NAMESPACE}`, "--timeout=110s"]);
}

/** By their nodes. */
export async function agents(): Promise<Agent[]> {
  const { items } = JSON.parse(await kubectl(["get", "pods", `--namespace=${NAMESPACE}`, "--output=json"])) as PodList;
  const living = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return living
    .map(({ metadata, spec, status }) => {
      return { pod: metadata.name, node: spec.nodeName, url: `http://${status.podIP}:9436` };
    })
    .sort((a, b) => a.node.localeCompare(b.node));
}

interface PodList {
  items: {
    metadata: { name: string; deletionTimestamp?: string };
    spec: { nodeName: string };
    status: { podIP: string };
  }[];
}

/** What an agent answers; rejects unless it answers well. */
export async function ask<Answer>({ node, url }: Agent, where: string): Promise<Answer> {
  const response = await fetch(`${url}${where}`, { signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${node}: ${where}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as Answer;
}
