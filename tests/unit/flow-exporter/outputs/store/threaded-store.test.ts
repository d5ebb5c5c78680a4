import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { ThreadedStore } from "../../../../../exporters/flow-exporter/outputs/store/threaded-store.ts";
import { StoreError } from "../../../../../exporters/flow-exporter/store/error.ts";

const ENTRY = { halves: [], holders: [] };
const ANSWERING = 'require("worker_threads").parentPort.on("message", ({ id, question }) =>';

/** A thread that does `work` with each question. */
function threadOf(work: string): Worker {
  return new Worker(`${ANSWERING} { ${work} });`, { eval: true, execArgv: [] });
}

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

  it("does not let those who ask wait for a database that hangs", async () => {
    store = new ThreadedStore(() => threadOf(""), 20);
    await assert.rejects(store.transactions({ limit: 1 }), {
      code: "UNREACHABLE",
      message: /not answered for 0\.02 s/,
    });
  });
});
