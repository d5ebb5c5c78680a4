import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judged } from "../../bench/lib/goal.ts";
import { type Interval, meanOf, meanRatio, studentsT } from "../../bench/lib/interval.ts";
import { stretchesOf } from "../../bench/lib/stretches.ts";

const rounded = ({ mean, low, high }: Interval, digits = 4) => [mean, low, high].map((value) => value.toFixed(digits));

test("Student's t has the quantiles of the tables", () => {
  const known: [number, number][] = [
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [9, 2.262],
    [30, 2.042],
    [239, 1.97],
  ];
  for (const [degrees, quantile] of known) {
    assert.ok(Math.abs(studentsT(degrees) - quantile) < 0.004, `${degrees}: ${studentsT(degrees)}`);
  }
});

describe("an interval", () => {
  test("of a known series is the known one", () => {
    // Mean 3, standard deviation √2.5, five values: 3 ± 2.776 × √2.5 ÷ √5.
    assert.deepEqual(rounded(meanOf([1, 2, 3, 4, 5]), 2), ["3.00", "1.04", "4.96"]);
  });

  test("of ratios takes a half and the double for equally far from 1", () => {
    const { mean } = meanRatio([
      { off: 10, on: 20 },
      { off: 8, on: 4 },
    ]);
    assert.equal(mean.toFixed(6), "1.000000");
    const tenth = Array.from({ length: 100 }, (_, at) => ({ off: 100 + at, on: 90 + 0.9 * at }));
    assert.deepEqual(rounded(meanRatio(tenth)), ["0.9000", "0.9000", "0.9000"]);
  });

  test("holds the mean of normal noise in 95 of 100 cases", () => {
    const random = randomFrom(3);
    const cases = Array.from({ length: 400 }, () => meanOf(Array.from({ length: 20 }, () => normal(random))));
    const held = cases.filter(({ low, high }) => low <= 0 && high >= 0).length / cases.length;
    assert.ok(held > 0.92 && held < 0.98, `${held}`);
  });

  test("cannot be told of a single value", () => {
    assert.throws(() => meanOf([1]), RangeError);
  });
});

describe("a goal", () => {
  const goal = { least: 0.99 };
  /** Pairs whose ratio scatters by a tenth around `ratio`, as on a machine that others use. */
  const noisy = (ratio: number, count: number) => {
    const random = randomFrom(7);
    return Array.from({ length: count }, () => ({ off: 1, on: ratio * (1 + 0.1 * normal(random)) }));
  };

  test("is met or missed where the whole interval is on one side of it", () => {
    assert.equal(judged({ mean: 0.995, low: 0.991, high: 0.999 }, goal), "≥ 0.99 met");
    assert.equal(judged({ mean: 0.98, low: 0.975, high: 0.985 }, goal), "≥ 0.99 missed");
    assert.equal(judged({ mean: 70, low: 60, high: 79 }, { most: 80 }), "≤ 80 met");
    assert.equal(judged({ mean: 1, low: 1, high: 1 }, undefined), "");
  });

  test("cannot be told of nothing against itself in a few noisy pairs", () => {
    assert.match(judged(meanRatio(noisy(1, 9)), goal), /^≥ 0\.99 cannot tell, ± 0\.\d+$/);
  });

  test("is told in the same noise from a few hundred pairs, where it is missed by 4 %", () => {
    assert.equal(judged(meanRatio(noisy(0.95, 400)), goal), "≥ 0.99 missed");
  });
});

test("stretches change their order, turn before they measure, and end with what is measured off", async () => {
  const happened: string[] = [];
  let measured = 0;
  const pairs = await stretchesOf({
    pairs: 3,
    turn: async (on) => void happened.push(on ? "on" : "off"),
    measure: async (on) => `${on ? "on" : "off"} ${++measured}`,
  });
  assert.deepEqual(happened, ["off", "on", "on", "off", "off", "on", "off"]);
  assert.deepEqual(pairs, [
    { off: "off 1", on: "on 2" },
    { off: "off 4", on: "on 3" },
    { off: "off 5", on: "on 6" },
  ]);
});

test("a pair in which the load stood still is left out, and most of them are too many", async () => {
  const turn = async () => undefined;
  const still = (after: number) => {
    let measured = 0;
    return stretchesOf({ pairs: 4, turn, measure: async () => (++measured > after ? undefined : measured) });
  };
  assert.deepEqual(await still(5), [
    { off: 1, on: 2 },
    { off: 4, on: 3 },
  ]);
  await assert.rejects(still(3), /stood still in most stretches/);
});

/** The same numbers from 0 to 1 in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (state + 1) / (2 ** 31 + 1);
  };
}

/** By Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}
