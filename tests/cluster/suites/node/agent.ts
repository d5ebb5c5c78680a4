import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { access } from "../../lib/access.ts";
import { kubectl } from "../../lib/kubectl.ts";

const BASE = path.resolve(import.meta.dirname, "../../../../deploy/kubernetes/base");
export const NAMESPACE = "flowtally";

/** What this project brings to a cluster, applied as a user would, but for the images' tags. @returns once it is ready */
export async function deployAgent(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-overlay-"));
  try {
    const images = Object.entries(access().images).map(([name, reference]) => ({
      name: `flowtally/${name}`,
      newName: reference.slice(0, reference.lastIndexOf(":")),
      newTag: reference.slice(reference.lastIndexOf(":") + 1),
    }));
    const overlay = { resources: [path.relative(folder, BASE)], images };
    await writeFile(path.join(folder, "kustomization.yaml"), JSON.stringify(overlay));
    await kubectl(["apply", "--kustomize", folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
  await kubectl(["rollout", "status", "daemonset/flowtally", `--namespace=${NAMESPACE}`, "--timeout=90s"]);
}

/** The exporter's address, at the only node there is. */
export async function exporterAddress(): Promise<string> {
  const words = ["get", "pods", `--namespace=${NAMESPACE}`, "--output=jsonpath={.items[0].status.podIP}"];
  return `http://${await kubectl(words)}:9436`;
}
