import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { transactionKey } from "../../../../exporters/flow-exporter/model/transaction.ts";
import { batchesOf } from "../../../../exporters/flow-exporter/store/batches.ts";
import { clientHalf, manyHalves, serverHalf } from "../../../lib/store/halves.ts";

describe("batches of halves", () => {
  it("are the same in whatever order the halves come", () => {
    const halves = manyHalves(300, () => ({}));
    assert.deepEqual(batchesOf(halves.toReversed(), 100), batchesOf(halves, 100));
    const keys = batchesOf(halves, 1_000).flatMap((batch) => batch.halves.map(transactionKey));
    assert.deepEqual(keys, keys.toSorted());
  });

  it("are no larger than asked for, and leave nothing out", () => {
    const sizes = batchesOf(
      manyHalves(250, () => ({})),
      100,
    ).map(({ halves }) => halves.length);
    assert.deepEqual(sizes, [100, 100, 50]);
    assert.deepEqual(batchesOf([], 100), []);
  });

  it("have one side each, and of two uses of a tuple the earlier one first", () => {
    const halves = [serverHalf(), clientHalf({ startNs: 9 }), clientHalf({ startNs: 3 })];
    assert.deepEqual(
      batchesOf(halves, 100).map(({ side, halves }) => [side, halves.map(({ startNs }) => startNs)]),
      [
        ["client", [3]],
        ["server", [77]],
        ["client", [9]],
      ],
    );
  });
});
