import { parentPort, workerData } from "node:worker_threads";
import type { Taken, Told } from "./sources/hubble/batch.ts";
import { OriginReader } from "./sources/hubble/origin-reader.ts";
import type { HubbleSettings } from "./sources/hubble/settings.ts";

/** Often enough for what is drawn live, and seldom enough to cost whoever takes them little. */
const BATCH_MS = 250;
/** Of a batch: what one source can tell of in so short a time, and still be named in some milliseconds. */
const BOUNDS = { maxEdges: 2_000, maxFlows: 1_000 };

/** Runs in a thread of its own: thousands of events a second take much of a CPU, and their memory has a bound there. */
const { origins, tls } = workerData as HubbleSettings;
const tell = (told: Told) => parentPort?.postMessage(told);

const readers = origins.map((origin, source) => {
  const onUp = () => tell({ source, kind: "up" });
  const onDown = (reason: string) => tell({ source, kind: "down", reason });
  return new OriginReader({ origin, tls, bounds: BOUNDS, onUp, onDown });
});

/** Sources whose last batch nobody has taken yet: what comes meanwhile is folded on. */
const awaited = new Set<number>();
parentPort?.on("message", ({ source }: Taken) => awaited.delete(source));

setInterval(() => {
  for (const [source, reader] of readers.entries()) {
    const batch = awaited.has(source) ? undefined : reader.take();
    if (!batch) continue;
    awaited.add(source);
    tell({ source, kind: "batch", batch });
  }
}, BATCH_MS);

for (const reader of readers) void reader.run(new AbortController().signal);
