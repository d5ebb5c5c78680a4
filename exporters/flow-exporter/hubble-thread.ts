import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type Log, SourceHealth } from "./model/source-health.ts";
import type { HubbleFeed } from "./outputs/hubble/feed.ts";
import type { FromThread, ServeSettings } from "./outputs/hubble/messages.ts";

/** Events for sixteen followers of whom one reads nothing, and what is asked of the past; a thread that takes more ends. */
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };
/** Before the next try where a thread has ended. */
const PAUSE_MS = 5_000;

/** As much of a thread as is asked for. */
type HubbleThread = Pick<Worker, "on" | "once" | "terminate" | "postMessage">;

export interface HubbleThreadOptions {
  /** Left out: from `hubble.thread.ts`, or from what the image has bundled that into. */
  start?(settings: ServeSettings): HubbleThread;
  /** Left out: by the system's timer. Never rejects. */
  pause?(ms: number, signal: AbortSignal): Promise<void>;
}

/** Hubble's clients are served, by a thread that comes back when it ends. */
export class HubbleOutput {
  readonly health: SourceHealth;
  /** Where it listens; 0: it does not. */
  port = 0;
  readonly #feed: HubbleFeed;

  constructor(feed: HubbleFeed, log: Log) {
    this.#feed = feed;
    this.health = new SourceHealth("hubble", log);
  }

  /** Serves until `signal`. */
  serve(
    settings: ServeSettings,
    signal: AbortSignal,
    { start = startThread, pause = pauseFor }: HubbleThreadOptions = {},
  ): void {
    const run = () => {
      if (signal.aborted) return;
      const thread = start(settings);
      let reason = "it ended by itself";
      const end = () => void thread.terminate();
      signal.addEventListener("abort", end, { once: true });
      this.#feed.attach((message) => thread.postMessage(message));
      thread.on("message", (message: FromThread) => this.#take(message));
      thread.on("error", (error: unknown) => {
        reason = error instanceof Error ? error.message : String(error);
      });
      thread.once("exit", () => {
        signal.removeEventListener("abort", end);
        this.#feed.attach(undefined);
        this.port = 0;
        if (signal.aborted) return;
        this.health.fail(reason);
        void pause(PAUSE_MS, signal).then(run);
      });
    };
    run();
  }

  #take(message: FromThread): void {
    if (message.kind === "listening") {
      this.port = message.port;
      this.health.succeed();
    } else this.#feed.take(message);
  }
}

function startThread(settings: ServeSettings): HubbleThread {
  const file = new URL(`hubble.thread${path.extname(import.meta.filename)}`, import.meta.url);
  return new Worker(file, { name: "hubble", workerData: settings, resourceLimits: LIMITS, execArgv: [] });
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}
