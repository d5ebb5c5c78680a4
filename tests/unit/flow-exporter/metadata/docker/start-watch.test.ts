import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { StartWatch } from "../../../../../exporters/flow-exporter/metadata/docker/start-watch.ts";

/** Longer than the watch's own interval. */
const STEP_MS = 50;

/** A watch in a time that passes only as it is told to. */
function watching(t: TestContext, { areCgroupsComplete = false, longestMs = 10_000 } = {}) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const known = new Set<string>();
  let reads = 0;
  let nowMs = 0;
  const watched = {
    readProcesses: () => void reads++,
    areCgroupsComplete: () => areCgroupsComplete,
    knowsCgroupOf: (id: string) => known.has(id),
  };
  const watch = new StartWatch(watched, longestMs, () => nowMs);
  return {
    watch,
    known,
    reads: () => reads,
    /** Returns how often processes were read meanwhile. */
    pass: (ms: number) => {
      const before = reads;
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        nowMs += STEP_MS;
        t.mock.timers.tick(STEP_MS);
      }
      return reads - before;
    },
  };
}

test("processes are read until the cgroup of a container that starts is known", (t) => {
  const { watch, known, reads, pass } = watching(t);
  watch.expect("a");
  watch.expect("b");
  assert.ok(pass(500) > 5);
  known.add("a").add("b");
  assert.equal(pass(500), 1);
  const last = reads();
  watch.expect("a");
  assert.equal(reads(), last + 1, "what is known is looked at once");
  assert.equal(pass(500), 0);
});

test("a container that was made and never starts is no longer waited for", (t) => {
  const { watch, pass } = watching(t, { longestMs: 600 });
  watch.expect("a");
  assert.ok(pass(500) > 5);
  pass(200);
  assert.equal(pass(500), 0);
});

test("a container that takes its time to start is watched until it is known", (t) => {
  const { watch, pass } = watching(t);
  watch.expect("a");
  pass(9_000);
  assert.ok(pass(500) > 5);
});

test("one that has ended is not looked for any longer, others are", (t) => {
  const { watch, pass } = watching(t);
  watch.expect("a");
  watch.expect("b");
  watch.cancel("a");
  assert.ok(pass(500) > 5);
  watch.cancel("b");
  assert.equal(pass(500), 0);
});

test("stopped, it reads no more", (t) => {
  const { watch, pass } = watching(t);
  watch.expect("a");
  watch.stop();
  assert.equal(pass(500), 0);
});

test("where the kernel reports all cgroups, the processes are looked at once", (t) => {
  const { watch, reads, pass } = watching(t, { areCgroupsComplete: true });
  watch.expect("a");
  assert.equal(pass(500), 0);
  assert.equal(reads(), 1);
});
