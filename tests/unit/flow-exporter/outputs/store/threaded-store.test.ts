import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { ThreadedStore } from "../../../../../exporters/flow-exporter/outputs/store/threaded-store.ts";
import { readSettings } from "../../../../../exporters/flow-exporter/settings.ts";
import { StoreError } from "../../../../../exporters/flow-exporter/store/error.ts";
import { startStoreThread } from "../../../../../exporters/flow-exporter/store-thread.ts";
import { manyHalves, NOW_MS, owner } from "../../../../lib/store/halves.ts";

const ENTRY = { halves: [], holders: [] };
const ANSWERING = 'require("worker_threads").parentPort.on("message", ({ id, question }) =>';

/** A thread that does `work` with each question. */
function threadOf(work: string): Worker {
  return new Worker(`${ANSWERING} { ${work} });`, { eval: true, execArgv: [] });
}

/** As many flows as one may ask for. */
const LARGEST = 10_000;

describe("a store in a thread", () => {
  let store: ThreadedStore;
  afterEach(() => store.terminate());

  it("hands a failure on by its name", async () => {
    store = new ThreadedStore(() =>
      threadOf(
        'require("worker_threads").parentPort.postMessage({ id, failure: { code: "FULL", message: "no room" } })',
      ),
    );
    await assert.rejects(store.write(ENTRY, 0), new StoreError("FULL", "no room"));
  });

  it("says that a thread has died, and starts another for the next question", async () => {
    let started = 0;
    store = new ThreadedStore(() => {
      started += 1;
      const work =
        started === 1
          ? 'throw new Error("out of luck")'
          : "require('worker_threads').parentPort.postMessage({ id, value: 5 })";
      return threadOf(work);
    });
    await assert.rejects(store.write(ENTRY, 0), { code: "FAILED", message: /thread has ended: out of luck/ });
    assert.equal(await store.write(ENTRY, 0), 5);
    assert.equal(started, 2);
  });

  it("goes without taking the exporter with it where its heap is full", async () => {
    const work = "const all = []; for (;;) all.push(new Array(1e5).fill(id));";
    const resourceLimits = { maxOldGenerationSizeMb: 8 };
    store = new ThreadedStore(
      () => new Worker(`${ANSWERING} { ${work} });`, { eval: true, execArgv: [], resourceLimits }),
    );
    await assert.rejects(store.write(ENTRY, 0), { code: "FAILED", message: /memory limit/ });
  });

  it("has room in its heap, which is bounded, for the largest answer", async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-thread-"));
    t.after(() => rm(folder, { recursive: true }));
    const settings = readSettings({ FLOW_STATE: folder, FLOW_STORE: path.join(folder, "flows.db") });
    assert.ok(settings.store);
    const { store: address } = settings;
    let heapMb: number | undefined;
    store = new ThreadedStore(() => {
      const worker = startStoreThread(address, settings);
      heapMb = worker.resourceLimits?.maxOldGenerationSizeMb;
      return worker;
    }, 60_000);
    const halves = manyHalves(LARGEST, (number) => ({ owner: { ...owner(`web-${number}`), image: "i".repeat(300) } }));
    assert.equal((await store.write({ halves, holders: [] }, NOW_MS)).error, undefined);
    const { rows } = await store.flows({
      ...{ without: [], sort: { by: "first_seen", descending: true }, limit: LARGEST, offset: 0 },
    });
    assert.deepEqual([rows.length, heapMb], [LARGEST, 128]);
    await store.close();
  });

  it("does not let those who ask wait for a database that hangs", async () => {
    store = new ThreadedStore(() => threadOf(""), 20);
    await assert.rejects(store.transactions({ limit: 1 }), {
      code: "UNREACHABLE",
      message: /not answered for 0\.02 s/,
    });
  });
});
