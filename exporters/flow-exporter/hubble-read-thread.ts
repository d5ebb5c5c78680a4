import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Backoff } from "./metadata/kubernetes/api/backoff.ts";
import type { Taken, Told } from "./sources/hubble/batch.ts";
import type { HubbleSource } from "./sources/hubble/hubble-source.ts";
import type { HubbleSettings } from "./sources/hubble/settings.ts";

/** Of eight sources' batches and what is known of events told lately; a thread that takes more ends, and all else goes on. */
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 };
const PAUSES = { leastMs: 5_000, mostMs: 600_000 };

/** As much of a thread as is asked for. */
export type Thread = Pick<Worker, "on" | "once" | "terminate" | "postMessage">;

export interface ThreadOptions {
  /** Left out: from `hubble-read.thread.ts`, or from what the image has bundled that into. */
  start?(settings: HubbleSettings): Thread;
  /** Left out: by the system's timer. Never rejects. */
  pause?(ms: number, signal: AbortSignal): Promise<void>;
  /** Milliseconds since any moment; left out: by the system. */
  now?(): number;
}

/** Has a thread read all of Hubble's sources until `signal`, and another one when it ends. `sources`: in the settings' order. */
export function readHubble(
  settings: HubbleSettings,
  sources: readonly HubbleSource[],
  signal: AbortSignal,
  { start = startThread, pause = pauseFor, now = () => performance.now() }: ThreadOptions = {},
): void {
  const backoff = new Backoff(PAUSES);
  const read = () => {
    if (signal.aborted) return;
    const begunMs = now();
    const thread = start(settings);
    let reason = "it ended by itself";
    const end = () => void thread.terminate();
    signal.addEventListener("abort", end, { once: true });
    thread.on("message", (told: Told) => takeIn(told, sources[told.source], thread));
    thread.on("error", (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    thread.once("exit", () => {
      signal.removeEventListener("abort", end);
      if (signal.aborted) return;
      for (const { health } of sources) health.fail(`the thread that reads it has ended: ${reason}`);
      void pause(backoff.next(now() - begunMs), signal).then(read);
    });
  };
  read();
}

function takeIn(told: Told, source: HubbleSource | undefined, thread: Thread): void {
  if (!source) return;
  if (told.kind === "up") source.health.succeed();
  else if (told.kind === "down") source.health.fail(told.reason);
  else source.take(told.batch, () => thread.postMessage({ source: told.source } satisfies Taken));
}

function startThread(settings: HubbleSettings): Thread {
  const file = new URL(`hubble-read.thread${path.extname(import.meta.filename)}`, import.meta.url);
  return new Worker(file, { name: "hubble-read", workerData: settings, resourceLimits: LIMITS, execArgv: [] });
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}
