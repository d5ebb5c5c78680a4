import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { drawInputs, type Range } from "../../../../experiments/flow-size/record/draw.ts";
import { JOBS } from "../../../../experiments/flow-size/record/jobs.ts";

const RUNS = Array.from({ length: 500 }, (_, index) => index + 1);
const COIN: Range = { from: 1, to: 2, isWhole: true, about: "sides" };

function drawn(range: Range): number[] {
  return RUNS.map((run) => drawInputs("job", run, { value: range }).value ?? Number.NaN);
}

describe("the inputs of a run", () => {
  it("are the same whenever they are drawn", () => {
    for (const { name, ranges } of JOBS) assert.deepEqual(drawInputs(name, 7, ranges), drawInputs(name, 7, ranges));
  });

  it("are those that recorded sets have been drawn with", () => {
    const range: Range = { from: 10, to: 1_000, isWhole: true, byRatio: true, about: "pages" };
    const inputs = [1, 2, 3].map((run) => drawInputs("pagerank", run, { pages: range }));
    assert.deepEqual(inputs, [
      { seed: 1298499545, pages: 32 },
      { seed: 585859031, pages: 77 },
      { seed: 1646017965, pages: 576 },
    ]);
  });

  it("differ from run to run and from job to job", () => {
    const seeds = JOBS.flatMap(({ name, ranges }) => RUNS.map((run) => drawInputs(name, run, ranges).seed));
    assert.equal(new Set(seeds).size, seeds.length);
  });

  it("lie within their ranges, whole ones from end to end", () => {
    for (const { ranges } of JOBS) {
      for (const range of Object.values(ranges)) {
        for (const value of drawn(range)) {
          assert.ok(value >= range.from && value <= range.to, `${range.about}: ${value}`);
          if (range.isWhole) assert.ok(Number.isInteger(value), `${range.about}: ${value}`);
        }
      }
    }
    const ones = drawn(COIN).filter((value) => value === 1).length;
    assert.ok(ones > RUNS.length / 3 && ones < (RUNS.length * 2) / 3, `${ones} of ${RUNS.length}`);
  });

  it("are as often below the geometric mean as above where they are drawn by ratio", () => {
    const below = drawn({ from: 10, to: 1_000, byRatio: true, about: "" }).filter((value) => value < 100).length;
    assert.ok(below > RUNS.length / 3 && below < (RUNS.length * 2) / 3, `${below} of ${RUNS.length}`);
  });
});

describe("the experiment's README", () => {
  const readme = readFileSync(path.resolve(import.meta.dirname, "../../../../experiments/flow-size/README.md"), "utf8");

  it("says from which ranges inputs are drawn", () => {
    for (const { name, ranges } of JOBS) {
      for (const [input, { from, to, isWhole, byRatio, about }] of Object.entries(ranges)) {
        const range = `${from.toLocaleString("en")}–${to.toLocaleString("en")}`;
        const numbers = `${isWhole ? "whole" : "any"}${byRatio ? ", by ratio" : ""}`;
        const row = `| ${name} | \`${input}\` | ${range} | ${numbers} | ${about} |`;
        assert.ok(readme.includes(row), row);
      }
    }
  });
});
