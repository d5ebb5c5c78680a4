import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { transactionKey } from "../../../../exporters/flow-exporter/model/transaction.ts";
import { batchesOf } from "../../../../exporters/flow-exporter/store/batches.ts";
import { clientHalf, manyHalves, serverHalf } from "../../../lib/store/halves.ts";

describe("batches of halves", () => {
  it("are the same in whatever order the halves come", () => {
    const halves = manyHalves(300, () => ({}));
    assert.deepEqual(batchesOf(halves.toReversed(), 100), batchesOf(halves, 100));
    const keys = batchesOf(halves, 1_000)
      .flat()
      .flatMap((batch) => batch.halves.map(transactionKey));
    assert.deepEqual(keys, keys.toSorted());
  });

  it("are no larger than asked for, and leave nothing out", () => {
    const sizes = batchesOf(
      manyHalves(250, () => ({})),
      100,
    )
      .flat()
      .map(({ halves }) => halves.length);
    assert.deepEqual(sizes, [100, 100, 50]);
    assert.deepEqual(batchesOf([], 100), []);
  });

  it("have one side each, and of two uses of a tuple the earlier one first", () => {
    const halves = [serverHalf(), clientHalf({ startNs: 9 }), clientHalf({ startNs: 3 })];
    assert.deepEqual(
      batchesOf(halves, 100)
        .flat()
        .map(({ side, halves }) => [side, halves.map(({ startNs }) => startNs)]),
      [
        ["client", [3]],
        ["server", [77]],
        ["client", [9]],
      ],
    );
  });

  it("that can be written at once have no key in common", () => {
    const halves = manyHalves(50, () => ({})).flatMap((half) => [
      half,
      { ...half, startNs: 1 },
      { ...half, side: "server" as const },
    ]);
    const groups = batchesOf(halves, 20);
    assert.deepEqual(
      groups.map((group) => group.map(({ halves }) => halves.length)),
      [
        [20, 20, 10],
        [20, 20, 10],
        [20, 20, 10],
      ],
    );
    for (const group of groups) {
      const keys = group.flatMap(({ halves }) => halves.map(transactionKey));
      assert.equal(new Set(keys).size, keys.length);
    }
  });
});
