import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { parseAllDocuments, stringify } from "yaml";
import { access } from "../../lib/access.ts";
import { kubectl } from "../../lib/kubectl.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../../../deploy/kubernetes");
const CHART = path.join(FOLDER, "chart");

/** An object of Kubernetes', as far as all have the same. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: unknown;
}

/** What helm prints; rejects with its last words where it refuses. */
async function helm(...words: readonly string[]): Promise<string> {
  const { stdout } = await execa(access().helm, words, { timeout: 60_000, stdin: "ignore" });
  return stdout;
}

export function lintChart(): Promise<string> {
  return helm("lint", "--strict", CHART);
}

const RELEASE = ["flowtally", CHART, "--namespace=flowtally", "--kube-version=1.34.1"];

/** @param values as after `--set` */
export async function fromChart(...values: readonly string[]): Promise<Manifest[]> {
  return manifestsIn(await helm("template", ...RELEASE, ...values.flatMap((value) => ["--set", value])));
}

/** @param values as in a file after `--values`, where all numbers are ones with a fraction to Helm */
export async function fromChartWith(values: object): Promise<Manifest[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-values-"));
  try {
    const file = path.join(folder, "values.yaml");
    await writeFile(file, stringify(values));
    return manifestsIn(await helm("template", ...RELEASE, "--values", file));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param component on top of the folder, as in a kustomization of one's own */
export async function fromKustomize(
  folder: "base" | "prometheus-operator",
  component?: "hubble" | "store",
): Promise<Manifest[]> {
  if (component === undefined) return manifestsIn(await kubectl(["kustomize", path.join(FOLDER, folder)]));
  const own = await mkdtemp(path.join(tmpdir(), "flowtally-overlay-"));
  try {
    const [resource, added] = [folder, component].map((name) => path.relative(own, path.join(FOLDER, name)));
    await writeFile(
      path.join(own, "kustomization.yaml"),
      JSON.stringify({ resources: [resource], components: [added] }),
    );
    return manifestsIn(await kubectl(["kustomize", own]));
  } finally {
    await rm(own, { recursive: true });
  }
}

function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** The one of a kind. */
export function only(manifests: readonly Manifest[], kind: string): Manifest {
  const [found, ...others] = manifests.filter((manifest) => manifest.kind === kind);
  if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} of ${kind}`);
  return found;
}

/** The pod of a DaemonSet, as its controller makes it. */
export function podOf(manifests: readonly Manifest[], namespace: string): object {
  const { template } = only(manifests, "DaemonSet").spec as { template: { metadata: object; spec: object } };
  const metadata = { ...template.metadata, name: "flowtally", namespace };
  return { apiVersion: "v1", kind: "Pod", metadata, spec: template.spec };
}
