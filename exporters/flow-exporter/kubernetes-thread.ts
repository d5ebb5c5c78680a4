import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Backoff } from "./metadata/kubernetes/api/backoff.ts";
import type { ClusterMetadata } from "./metadata/kubernetes/api/cluster-metadata.ts";
import type { Told } from "./metadata/kubernetes/api/messages.ts";

/** Of 50,000 services; a thread that takes more ends, and all else goes on. */
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 };
/** Between two threads: one that ends each time over the same list would have every machine ask for that again and again. */
const PAUSES = { leastMs: 5_000, mostMs: 600_000 };

/** As much of a thread as is asked for. */
export type Thread = Pick<Worker, "on" | "once" | "terminate">;

export interface ThreadOptions {
  /** Left out: from `kubernetes.thread.ts`, or from what the image has bundled that into. */
  start?(where: string): Thread;
  /** Left out: by the system's timer. Never rejects. */
  pause?(ms: number, signal: AbortSignal): Promise<void>;
  /** Milliseconds since any moment; left out: by the system. */
  now?(): number;
}

/**
 * Has a thread watch the API server until `signal`, and another one when it ends. Nothing of the client is loaded without.
 * `where`: in-cluster, or a kubeconfig's path.
 */
export function watchCluster(
  where: string,
  metadata: ClusterMetadata,
  signal: AbortSignal,
  { start = startThread, pause = pauseFor, now = () => performance.now() }: ThreadOptions = {},
): void {
  const backoff = new Backoff(PAUSES);
  const watch = () => {
    if (signal.aborted) return;
    const begunMs = now();
    const thread = start(where);
    let reason = "it ended by itself";
    const end = () => void thread.terminate();
    signal.addEventListener("abort", end, { once: true });
    thread.on("message", (told: Told) => metadata.take(told));
    thread.on("error", (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    thread.once("exit", () => {
      signal.removeEventListener("abort", end);
      if (signal.aborted) return;
      metadata.end(reason);
      void pause(backoff.next(now() - begunMs), signal).then(watch);
    });
  };
  watch();
}

function startThread(where: string): Thread {
  const file = new URL(`kubernetes.thread${path.extname(import.meta.filename)}`, import.meta.url);
  return new Worker(file, { name: "kubernetes", workerData: where, resourceLimits: LIMITS, execArgv: [] });
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}
