import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { readConntrack } from "./nat/conntrack-file.ts";
import { NatFollower } from "./nat/nat-follower.ts";
import { StoreError } from "./store/error.ts";
import { openStore } from "./store/open.ts";
import { StoreKeeper } from "./store/thread/keeper.ts";
import { type Answered, type Asked, type StoreSettings, threadClock } from "./store/thread/messages.ts";

/** Runs in a thread of its own, since SQLite is synchronous, and as a file of its own, which loads nothing but the databases. */
const settings = workerData as StoreSettings;
const now = threadClock;
const leaving = new AbortController();
const nat = new NatFollower({
  read: () => readConntrack(settings.conntrack),
  wallMs: () => Date.now(),
  now,
  // Whoever leaves waits for nothing.
  sleep: (ms) => sleep(ms, undefined, { signal: leaving.signal }).catch(() => {}),
});
const keeper = new StoreKeeper(settings, { open: openStore, now, nat, leaving });

parentPort?.on("message", async ({ id, question }: Asked) => {
  parentPort?.postMessage(await answer(id, question));
  if (question.kind === "close") parentPort?.close();
});

async function answer(id: number, question: Asked["question"]): Promise<Answered> {
  try {
    return { id, value: await keeper.answer(question) };
  } catch (error) {
    const { code, message } = error instanceof StoreError ? error : new StoreError("FAILED", String(error));
    return { id, failure: { code, message } };
  }
}
