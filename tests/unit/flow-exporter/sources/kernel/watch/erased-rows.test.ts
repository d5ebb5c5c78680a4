import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ErasedRows } from "../../../../../../exporters/flow-exporter/sources/kernel/watch/erased-rows.ts";

describe("closed flows that another reader took away", () => {
  test("count once two reads have missed them, and only once", () => {
    const erased = fromStart();
    assert.deepEqual(counts(erased, [10, 0, 4], [10, 0, 0], [10, 0, 0], [15, 0, 5]), [0, 6, 6, 6]);
  });

  test("are not those that are still being written, that the ring had no room for, or that are newer than its counts", () => {
    const erased = fromStart();
    assert.deepEqual(
      counts(erased, [10, 0, 9], [10, 0, 1], [30, 20, 0], [40, 20, 15, 5], [45, 20, 0]),
      [0, 0, 0, 0, 0],
    );
  });

  test("before the first read are not ours, unless an earlier exporter said how many it was shown", () => {
    assert.deepEqual(counts(new ErasedRows(), [100, 10, 3], [105, 10, 5], [106, 10, 0], [106, 10, 0]), [0, 0, 0, 1]);
    assert.deepEqual(counts(new ErasedRows(80, 2), [100, 10, 3], [100, 10, 0]), [2, 7]);
  });

  test("of a tracer that starts anew count from its start", () => {
    const erased = new ErasedRows(80, 2);
    erased.startOver();
    assert.deepEqual(counts(erased, [3, 0, 1], [3, 0, 0]), [0, 2]);
  });
});

function fromStart(): ErasedRows {
  const erased = new ErasedRows();
  erased.startOver();
  return erased;
}

/** The count after each read: what was written and lost before it, the rows it showed, and the newer ones among them. */
function counts(erased: ErasedRows, ...reads: [number, number, number, number?][]): number[] {
  return reads.map(([closedWritten, closedLost, taken, ahead = 0]) => {
    erased.add({ closedWritten, closedLost }, taken, ahead);
    return erased.count;
  });
}
