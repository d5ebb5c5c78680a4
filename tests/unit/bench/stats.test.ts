import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { alternate, ratioOf } from "../../bench/lib/pairs.ts";
import { median, quantile, spreadOf } from "../../bench/lib/stats.ts";

const VALUES = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), { minLength: 1 });

describe("quantile", () => {
  test("is the smallest value that the share is not above, whatever the order", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual(
      [0.01, 0.5, 0.99, 1].map((share) => quantile(hundred, share)),
      [1, 50, 99, 100],
    );
    assert.deepEqual([quantile([7], 0.5), quantile([9, 10, 100], 0.99)], [7, 100]);
  });

  test("refuses no values", () => {
    assert.throws(() => quantile([], 0.5), RangeError);
  });
});

describe("median", () => {
  test("is the middle value, or the mean of the two in the middle, whatever the order", () => {
    assert.deepEqual([median([9, 1, 5]), median([10, 1, 4, 2]), median([7])], [5, 3, 7]);
  });

  test("orders numbers as numbers", () => {
    assert.equal(median([100, 9, 20]), 20);
  });

  test("leaves its argument alone", () => {
    const values = [3, 1, 2];
    median(values);
    assert.deepEqual(values, [3, 1, 2]);
  });

  test("refuses no values", () => {
    assert.throws(() => median([]), RangeError);
  });

  test("has as many values below as above", () => {
    fc.assert(
      fc.property(VALUES, (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        return Math.max(below, above) <= values.length / 2;
      }),
    );
  });
});

test("a spread is median, smallest and largest", () => {
  assert.deepEqual(spreadOf([4, 2, 9]), { median: 4, min: 2, max: 9 });
});

describe("pairs", () => {
  test("are measured off and on in turn, with what is measured only there for its own half", async () => {
    const happened: string[] = [];
    const note = (what: string) => happened.push(what);
    let value = 0;
    const pairs = await alternate({
      pairs: 2,
      quiet: async () => note("quiet"),
      measure: async () => {
        note("measure");
        return ++value;
      },
      start: async () => {
        note("start");
        return { [Symbol.asyncDispose]: async () => void note("stop") };
      },
    });
    const once = ["quiet", "measure", "start", "measure", "stop"];
    assert.deepEqual(happened, [...once, ...once]);
    assert.deepEqual(pairs, [
      { off: 1, on: 2 },
      { off: 3, on: 4 },
    ]);
  });

  test("stop what is measured when a measurement fails", async () => {
    let stopped = false;
    const measurements = [async () => 1, async () => Promise.reject(new Error("no answer"))];
    const measuring = alternate({
      pairs: 1,
      quiet: async () => undefined,
      measure: () => measurements.shift()?.() ?? Promise.reject(new Error("asked too often")),
      start: async () => ({
        [Symbol.asyncDispose]: async () => {
          stopped = true;
        },
      }),
    });
    await assert.rejects(measuring, /no answer/);
    assert.equal(stopped, true);
  });

  test("give the ratio of each pair, not of the medians: drift between pairs cancels out", () => {
    const pairs = [
      { off: 100, on: 90 },
      { off: 10, on: 9 },
      { off: 50, on: 25 },
    ];
    assert.deepEqual(ratioOf(pairs), { median: 0.9, min: 0.5, max: 0.9 });
  });
});
