import assert from "node:assert/strict";
import { test } from "node:test";
import { Numbers } from "../../../../exporters/flow-exporter/checkpoint/numbers.ts";

test("all that was added is there, in its order, however much it is", () => {
  const numbers = new Numbers();
  for (let number = 0; number < 5_000; number++) numbers.add(number / 4);
  assert.deepEqual(
    [...numbers.all],
    Array.from({ length: 5_000 }, (_, number) => number / 4),
  );
});

test("what was added before it was cleared is gone, and its memory is used again", () => {
  const numbers = new Numbers();
  for (let number = 0; number < 5_000; number++) numbers.add(number);
  const before = numbers.all;
  numbers.clear();
  numbers.add(7);
  assert.deepEqual([...numbers.all], [7]);
  assert.equal(numbers.all.buffer, before.buffer);
});
