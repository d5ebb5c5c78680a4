import path from "node:path";
import { Worker } from "node:worker_threads";
import type { ClusterMetadata } from "./metadata/kubernetes/api/cluster-metadata.ts";
import type { Told } from "./metadata/kubernetes/api/messages.ts";

/** Of 50,000 services; a thread that takes more ends, and all else goes on. */
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 };
const RESTART_MS = 30_000;

/**
 * Has a thread watch the API server until `signal`: from `kubernetes.thread.ts`, or from what the image has bundled that into.
 * Nothing of the client is loaded without. `where`: in-cluster, or a kubeconfig's path.
 */
export function watchCluster(where: string, metadata: ClusterMetadata, signal: AbortSignal): void {
  const file = new URL(`kubernetes.thread${path.extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { name: "kubernetes", workerData: where, resourceLimits: LIMITS, execArgv: [] });
  let reason = "it ended by itself";
  const end = () => void worker.terminate();
  signal.addEventListener("abort", end, { once: true });
  worker.on("message", (told: Told) => metadata.take(told));
  worker.on("error", (error) => {
    reason = error instanceof Error ? error.message : String(error);
  });
  worker.once("exit", () => {
    signal.removeEventListener("abort", end);
    if (signal.aborted) return;
    metadata.end(reason);
    setTimeout(() => {
      if (!signal.aborted) watchCluster(where, metadata, signal);
    }, RESTART_MS).unref();
  });
}
