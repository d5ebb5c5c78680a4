import assert from "node:assert/strict";
import { it } from "node:test";
import { nextSort, sortRows } from "../../../../exporters/console/lib/sort.ts";

const rows = [{ bytes: 2 }, { bytes: undefined }, { bytes: 10 }, { bytes: 1 }];
const bytesOf = (row: (typeof rows)[number]) => row.bytes;

it("sorts numbers as numbers, and puts rows without a value last, both ways", () => {
  assert.deepEqual(sortRows(rows, bytesOf, false).map(bytesOf), [1, 2, 10, undefined]);
  assert.deepEqual(sortRows(rows, bytesOf, true).map(bytesOf), [10, 2, 1, undefined]);
});

it("keeps the order of equal rows", () => {
  const pairs = [
    ["b", 1],
    ["a", 1],
    ["c", 0],
  ] as const;
  assert.deepEqual(
    sortRows(pairs, ([, rank]) => rank, true).map(([name]) => name),
    ["b", "a", "c"],
  );
});

it("turns a column round, and starts a new one its natural way", () => {
  const sort = { key: "bytes", descending: true };
  assert.deepEqual(nextSort(sort, "bytes", true), { key: "bytes", descending: false });
  assert.deepEqual(nextSort(sort, "rtt", true), { key: "rtt", descending: true });
  assert.deepEqual(nextSort(sort, "name", false), { key: "name", descending: false });
});
