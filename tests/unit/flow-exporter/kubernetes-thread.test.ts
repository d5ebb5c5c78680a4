import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { type Thread, watchCluster } from "../../../exporters/flow-exporter/kubernetes-thread.ts";
import { ClusterMetadata } from "../../../exporters/flow-exporter/metadata/kubernetes/api/cluster-metadata.ts";
import { createHealths } from "../../../exporters/flow-exporter/model/source-health.ts";
import { silent } from "./lib/log.ts";

class FakeThread extends EventEmitter {
  isTerminated = false;

  terminate(): Promise<number> {
    this.isTerminated = true;
    return Promise.resolve(1);
  }
}

/** Threads that are watched with, how long each next one is waited for, and a clock. */
function watched() {
  const healths = createHealths(silent);
  const ended = new AbortController();
  const threads: FakeThread[] = [];
  const pauses: number[] = [];
  const started = new EventEmitter();
  const clock = { ms: 0 };
  watchCluster("in-cluster", new ClusterMetadata(healths), ended.signal, {
    start: () => {
      const thread = new FakeThread();
      threads.push(thread);
      started.emit("start");
      return thread as unknown as Thread;
    },
    pause: async (ms) => void pauses.push(ms),
    now: () => clock.ms,
  });
  const crash = async (afterMs: number) => {
    clock.ms += afterMs;
    const next = once(started, "start");
    threads.at(-1)?.emit("error", new Error("out of memory"));
    threads.at(-1)?.emit("exit", 1);
    await next;
  };
  return { healths, ended, threads, pauses, crash };
}

test("a thread that ends again and again is started ever less often, within a bound, and soon once one has lasted", async () => {
  const { healths, threads, pauses, crash } = watched();
  for (let time = 0; time < 12; time++) await crash(1_000);
  assert.match(healths.services.reason, /thread that asks the API server has ended: out of memory/);
  assert.equal(threads.length, 13);
  for (const [time, pause] of pauses.entries()) {
    const most = Math.min(5_000 * 2 ** time, 600_000);
    assert.ok(pause >= most / 2 && pause <= most, `${pause} ms after ${time + 1} failures`);
  }
  await crash(3_600_000);
  assert.ok((pauses.at(-1) ?? 0) <= 5_000);
});

test("none is started once nobody wants to know any more", () => {
  const { ended, threads, pauses } = watched();
  ended.abort();
  assert.equal(threads[0]?.isTerminated, true);
  threads[0]?.emit("exit", 1);
  assert.deepEqual([threads.length, pauses], [1, []]);
});
