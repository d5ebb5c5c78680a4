import { parentPort, workerData } from "node:worker_threads";
import { readAccess } from "./metadata/kubernetes/api/access.ts";
import { Informer } from "./metadata/kubernetes/api/informer.ts";
import type { Told } from "./metadata/kubernetes/api/messages.ts";
import { createApiReader } from "./metadata/kubernetes/api/reader.ts";
import { SERVICES, SLICES } from "./metadata/kubernetes/api/resources.ts";

/** A page of 500 has some megabytes. The server sends a sign of life each minute. */
const BOUNDS = { timeoutMs: 20_000, maxBytes: 32 * 1024 * 1024, silenceMs: 150_000 };
const DELAYS = { leastMs: 1_000, mostMs: 30_000, gatherMs: 200 };

/** Runs in a thread of its own: the first list of a large cluster takes seconds, and its memory has a bound there. */
const api = createApiReader(() => readAccess(workerData as string), BOUNDS);
/** A list leaves more garbage than what is kept of it. */
const LARGE = 500;

function tell(told: Told): void {
  parentPort?.postMessage(told);
  // With --expose-gc, as in the image.
  if (told.kind === "changes" && told.changes.set.length >= LARGE) globalThis.gc?.({ flavor: "last-resort" });
}

const options = { ...DELAYS, signal: new AbortController().signal };
new Informer(SERVICES, api, tell, options).start();
new Informer(SLICES, api, tell, options).start();
