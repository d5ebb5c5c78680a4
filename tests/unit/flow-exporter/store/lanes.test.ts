import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inLanes } from "../../../../exporters/flow-exporter/store/postgres/lanes.ts";

/** Work that ends when it is told to. */
function slowWork() {
  const begun: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<void>>();
  const work = (item: number) => {
    begun.push(item);
    const end = Promise.withResolvers<void>();
    ends.set(item, end);
    return end.promise;
  };
  return {
    begun,
    work,
    end: (item: number) => ends.get(item)?.resolve(),
    fail: (item: number) => ends.get(item)?.reject(new Error(`of ${item}`)),
  };
}

/** All that was resolved has had its consequences. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("lanes", () => {
  it("do so many at once, and each item once", async () => {
    const { begun, work, end } = slowWork();
    const done = inLanes([1, 2, 3], 2, work);
    await settled();
    assert.deepEqual(begun, [1, 2]);
    end(2);
    await settled();
    assert.deepEqual(begun, [1, 2, 3]);
    end(1);
    end(3);
    await done;
    assert.deepEqual(begun, [1, 2, 3]);
  });

  it("begin nothing after a failure, and reject once nothing is under way", async () => {
    const { begun, work, end, fail } = slowWork();
    let rejected: unknown;
    const done = inLanes([1, 2, 3], 2, work).catch((error: unknown) => {
      rejected = error;
    });
    await settled();
    fail(1);
    await settled();
    assert.equal(rejected, undefined, "2 is under way");
    end(2);
    await done;
    assert.match(String(rejected), /of 1/);
    assert.deepEqual(begun, [1, 2]);
  });
});
