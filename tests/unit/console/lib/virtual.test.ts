import assert from "node:assert/strict";
import { it } from "node:test";
import { pageOf, sliceOf } from "../../../../exporters/console/lib/virtual.ts";

it("draws the rows in sight and a few around them", () => {
  assert.deepEqual(sliceOf(0, 300, 30, 10_000, 8), { start: 0, end: 18 });
  assert.deepEqual(sliceOf(3000, 300, 30, 10_000, 8), { start: 92, end: 118 });
});

it("ends with the table", () => {
  assert.deepEqual(sliceOf(299_700, 300, 30, 10_000, 8), { start: 9982, end: 10_000 });
  assert.deepEqual(sliceOf(9000, 300, 30, 3, 8), { start: 3, end: 3 });
  assert.deepEqual(sliceOf(0, 300, 30, 0, 8), { start: 0, end: 0 });
});

it("asks for a page that holds the slice, with room on both sides", () => {
  for (const slice of [
    { start: 0, end: 20 },
    { start: 92, end: 118 },
    { start: 9982, end: 10_000 },
  ]) {
    const { offset, limit } = pageOf(slice, 50);
    assert.ok(offset <= slice.start && offset + limit >= slice.end);
    assert.ok(limit <= 250);
  }
});

it("asks for the same page while scrolling within it", () => {
  assert.deepEqual(pageOf({ start: 110, end: 130 }, 50), pageOf({ start: 120, end: 140 }, 50));
});
