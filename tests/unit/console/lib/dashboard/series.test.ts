import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  onSteps,
  outlined,
  parseValue,
  reduce,
  seriesName,
  stack,
  stepsOf,
} from "../../../../../exporters/console/lib/dashboard/series.ts";

it("lists every step of a range, both ends included", () => {
  assert.deepEqual(stepsOf({ from: 100, to: 120 }, 5), [100, 105, 110, 115, 120]);
});

it("puts samples on their steps, and shows gaps and NaN as gaps", () => {
  const values: [number, string][] = [
    [100, "1"],
    [110, "NaN"],
    [115, "+Inf"],
    [200, "9"],
  ];
  assert.deepEqual(onSteps(values, 100, 5, 4), [1, null, null, Number.POSITIVE_INFINITY]);
});

it("reads Prometheus' infinities", () => assert.equal(parseValue("-Inf"), Number.NEGATIVE_INFINITY));

it("names series by their pattern, else by their labels", () => {
  const labels = { __name__: "up", job: "a", instance: "b" };
  assert.equal(seriesName(labels, "{{job}} at {{ instance }}{{none}}"), "a at b");
  assert.equal(seriesName(labels, ""), 'up{job="a", instance="b"}');
  assert.equal(seriesName({ __name__: "up" }, ""), "up");
  assert.equal(seriesName({}, ""), "value");
});

describe("reduce", () => {
  const values = [4, null, 1, 7, null];
  const cases = { lastNotNull: 7, mean: 4, max: 7, min: 1, sum: 12, first: 4 };
  for (const [calc, expected] of Object.entries(cases)) {
    it(`calculates ${calc}`, () => assert.equal(reduce(values, calc), expected));
  }
  it("has nothing to say of nothing", () => assert.equal(reduce([null], "mean"), undefined));
});

it("stacks series, without a hole where one of them has no sample, and with a gap where none has one", () => {
  assert.deepEqual(
    stack([
      [1, 2, null, null],
      [10, null, 30, null],
      [100, 200, 300, null],
    ]),
    [
      [1, 2, 0, null],
      [11, 2, 30, null],
      [111, 202, 330, null],
    ],
  );
});

it("outlines what is not zero, with the samples on both its sides", () => {
  assert.deepEqual(outlined([0, 0, 4, 0, 0, 0, 3, 5]), [
    [1, 3],
    [5, 7],
  ]);
});

it("outlines no zeros, and nothing across a gap", () => {
  assert.deepEqual(outlined([0, 0, null, 7, null, 0]), []);
});
