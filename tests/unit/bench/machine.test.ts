import assert from "node:assert/strict";
import { test } from "node:test";
import { busyShare } from "../../bench/rig/quiet.ts";
import { cpuSecondsIn, memoryIn } from "../../bench/rig/usage.ts";

test("the busy share is what was not idle, the host's stolen time included", () => {
  const before = "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 2 3 4\n";
  assert.equal(busyShare(before, "cpu  110 0 110 880 0 0 0 0 0 0\n"), 0.2);
  assert.equal(busyShare(before, "cpu  100 0 100 850 0 0 0 50 0 0\n"), 0.5);
  assert.equal(busyShare(before, "cpu  100 0 100 850 50 0 0 0 0 0\n"), 0);
  assert.equal(busyShare(before, before), 0);
});

test("CPU time is found behind a name with spaces and brackets", () => {
  const stat = "412 (a b) (c) S 1 412 412 0 -1 4194560 1000 0 3 0 150 50 7 7 20 0 11 0 3120";
  assert.equal(cpuSecondsIn(stat), 2);
});

test("memory is in bytes: now, what of it is files, and at its peak", () => {
  const status = "Name:\tnode\nVmHWM:\t  150000 kB\nVmRSS:\t  137000 kB\nRssFile:\t   63000 kB\n";
  const [residentBytes, fileBytes, peakBytes] = [137_000 * 1024, 63_000 * 1024, 150_000 * 1024];
  assert.deepEqual(memoryIn(status), { residentBytes, fileBytes, peakBytes });
});
