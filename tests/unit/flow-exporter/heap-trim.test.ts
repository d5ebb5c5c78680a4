import assert from "node:assert/strict";
import { test } from "node:test";
import { HeapTrim } from "../../../exporters/flow-exporter/heap-trim.ts";

/** After which of the readings garbage was collected. */
function trimmedAfter(readings: readonly number[]): number[] {
  const after: number[] = [];
  let reading = 0;
  const trim = new HeapTrim(() => after.push(reading));
  for (reading = 0; reading < readings.length; reading++) trim.after(readings[reading] ?? 0);
  return after;
}

test("garbage is collected once many sockets have come, in the first reading that brings no more", () => {
  assert.deepEqual(trimmedAfter([50_000, 50_010, 50_020, 50_000]), [1]);
  assert.deepEqual(trimmedAfter([20_000, 40_000, 60_000, 61_000, 61_000]), [3]);
});

test("garbage is collected once many sockets have gone", () => {
  assert.deepEqual(trimmedAfter([50_000, 50_000, 5_000, 5_000, 5_000]), [1, 3]);
});

test("few sockets, or few more of many, are no reason", () => {
  assert.deepEqual(trimmedAfter([9_000, 9_000, 1_000, 1_000]), []);
  assert.deepEqual(trimmedAfter([100_000, 100_000, 111_000, 111_000, 120_000, 120_000]), [1]);
});
