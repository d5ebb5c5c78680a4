import assert from "node:assert/strict";
import { test } from "node:test";
import { StartWatch } from "../../../../../exporters/flow-exporter/metadata/docker/start-watch.ts";
import { until } from "../../lib/until.ts";

test("processes are read until the cgroup of a container that starts is known", async () => {
  const known = new Set<string>();
  let reads = 0;
  const watch = new StartWatch({
    readProcesses: () => void reads++,
    areCgroupsComplete: () => false,
    knowsCgroupOf: (id) => known.has(id),
  });
  watch.expect("a");
  watch.expect("b");
  await until("several reads", () => reads > 4);
  known.add("a").add("b");
  const before = reads;
  await until("one more read", () => reads > before);
  const last = reads;
  watch.expect("a");
  assert.equal(reads, last + 1, "what is known is looked at once");
});

test("a container that was made and never starts is no longer waited for", async () => {
  let reads = 0;
  const watch = new StartWatch(
    { readProcesses: () => void reads++, areCgroupsComplete: () => false, knowsCgroupOf: () => false },
    600,
  );
  const start = performance.now();
  watch.expect("a");
  await until(
    "the end of the reads",
    endOf(() => reads),
  );
  assert.ok(performance.now() - start > 600);
});

test("a container that takes its time to start is watched until it is known", async () => {
  const known = new Set<string>();
  let reads = 0;
  const watch = new StartWatch({
    readProcesses: () => void reads++,
    areCgroupsComplete: () => false,
    knowsCgroupOf: (id) => known.has(id),
  });
  const start = performance.now();
  watch.expect("a");
  await until("reads for longer than a busy machine's pause", () => performance.now() - start > 3_000);
  const before = reads;
  await until("one more read", () => reads > before);
  watch.cancel("a");
});

test("one that has ended is not looked for any longer, others are", async () => {
  let reads = 0;
  const watch = new StartWatch({
    readProcesses: () => void reads++,
    areCgroupsComplete: () => false,
    knowsCgroupOf: () => false,
  });
  watch.expect("a");
  watch.expect("b");
  watch.cancel("a");
  const before = reads;
  await until("one more read", () => reads > before);
  watch.cancel("b");
  const last = reads;
  await until(
    "the end of the reads",
    endOf(() => reads),
  );
  assert.equal(reads, last);
});

test("stopped, it reads no more", async () => {
  let reads = 0;
  const watch = new StartWatch({
    readProcesses: () => void reads++,
    areCgroupsComplete: () => false,
    knowsCgroupOf: () => false,
  });
  watch.expect("a");
  watch.stop();
  await until(
    "the end of the reads",
    endOf(() => reads),
  );
  assert.equal(reads, 1);
});

test("where the kernel reports all cgroups, the processes are looked at once", async () => {
  let reads = 0;
  const watched = { readProcesses: () => void reads++, knowsCgroupOf: () => false };
  const watch = new StartWatch({ ...watched, areCgroupsComplete: () => true });
  watch.expect("a");
  await until(
    "the end of the reads",
    endOf(() => reads),
  );
  assert.equal(reads, 1);
});

/** Whether a count has stood still for a quarter of a second. */
function endOf(count: () => number): () => boolean {
  let seen = { count: -1, since: 0 };
  return () => {
    if (count() !== seen.count) seen = { count: count(), since: performance.now() };
    return performance.now() - seen.since > 250;
  };
}
