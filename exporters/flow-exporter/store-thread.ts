import path from "node:path";
import { Worker } from "node:worker_threads";
import type { Settings } from "./settings.ts";
import type { StoreSettings } from "./store/thread/messages.ts";

const SPOOL = "spool";
/** Some 400,000 halves of 650 bytes. */
const MAX_SPOOL_BYTES = 256 * 1024 * 1024;
/** A file each, and some 150 bytes of memory: an entry for each second of half a day. */
const MAX_SPOOL_ENTRIES = 50_000;
/** Twice what the largest answer takes, 10,000 flows. V8 would take half of the container's memory before it looks for rubbish. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 128 };

/** There where the kernel can keep track of connections, whether in a module of its own or not. */
const CONNTRACK_MODULE = "/sys/module/nf_conntrack";

/** Starts a thread that owns the store: from `store.thread.ts`, or from what the image has bundled that into. */
export function startStoreThread(store: NonNullable<Settings["store"]>, { state, proc }: Settings): Worker {
  const { address, maxAgeMs, maxRows } = store;
  const spool = { folder: path.join(state, SPOOL), maxBytes: MAX_SPOOL_BYTES, maxEntries: MAX_SPOOL_ENTRIES };
  // Engines and Kubernetes translate in the network namespace of the machine itself, which the first process is in.
  const conntrack = { file: path.join(proc, "1/net/nf_conntrack"), module: CONNTRACK_MODULE };
  const workerData: StoreSettings = { address, spool, bounds: { maxAgeMs, maxRows }, conntrack };
  const file = new URL(`store.thread${path.extname(import.meta.filename)}`, import.meta.url);
  return new Worker(file, { name: "store", workerData, execArgv: [], resourceLimits: RESOURCE_LIMITS });
}
