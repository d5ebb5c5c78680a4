import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import path from "node:path";
import { hostsIn } from "../settings/cilium.ts";
import type { Settings } from "../settings/index.ts";
import type { Layout } from "./layout.ts";

/** What serves metrics on a node of Cilium, by the job that scrapes it, and where it does by default. */
export const CILIUM_PORTS = {
  "cilium-agent": 9962,
  "cilium-operator": 9963,
  "cilium-envoy": 9964,
  hubble: 9965,
  "hubble-relay": 9966,
} as const;

export type CiliumJob = keyof typeof CILIUM_PORTS;

export const CILIUM_JOBS = Object.keys(CILIUM_PORTS) as CiliumJob[];

/** Labels by which Cilium's own dashboards choose: what is scraped in the cluster has them from its pods. */
const OF_PODS: Partial<Record<CiliumJob, Record<string, string>>> = {
  "cilium-agent": { k8s_app: "cilium" },
  "cilium-operator": { io_cilium_app: "operator" },
  "cilium-envoy": { k8s_app: "cilium-envoy" },
};

type Nodes = Pick<Settings, "CILIUM_NODES">;

/**
 * In the folder of targets, a file for each job of prometheus/prometheus.yml. Prometheus sees by itself that one has changed, so
 * these are the only files there for which it is not started anew (start/stack/configurations.ts).
 */
export const CILIUM_FOLDER = "cilium";

/** Prometheus' file_sd format, by file: each node with the label `node`, as it is written in the settings. */
function ciliumTargets({ CILIUM_NODES }: Nodes): Record<string, string> {
  const files = CILIUM_JOBS.map((job) => {
    const groups = hostsIn(CILIUM_NODES).map((node) => ({
      targets: [`${isIPv6(node) ? `[${node}]` : node}:${CILIUM_PORTS[job]}`],
      labels: { node, ...OF_PODS[job] },
    }));
    return [`${job}.json`, `${JSON.stringify(groups, undefined, 2)}\n`];
  });
  return Object.fromEntries(files);
}

/** Writes those that have changed, each as a whole: Prometheus may read it at any moment. */
export async function provideCiliumTargets(layout: Layout, settings: Nodes): Promise<void> {
  const folder = path.join(layout.targets, CILIUM_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries(ciliumTargets(settings))) {
    const file = path.join(folder, name);
    if ((await readFile(file, "utf8").catch(() => undefined)) === text) continue;
    await writeFile(`${file}.new`, text, { mode: 0o644 });
    await rename(`${file}.new`, file);
  }
}
