import assert from "node:assert/strict";
import { test } from "node:test";
import { valueRange } from "../../../../../exporters/console/lib/dashboard/value-range.ts";

const FREE = { min: undefined, max: undefined, limits: new Set<string>() };

test("a chart's scale", async (t) => {
  await t.test("begins at zero, or below it, and leaves some room above", () => {
    assert.deepEqual(valueRange(FREE, 3, 100), [0, 106]);
    assert.deepEqual(valueRange(FREE, -100, 100), [-100, 112]);
  });

  await t.test("is the panel's own where it has one", () => {
    assert.deepEqual(valueRange({ ...FREE, min: 10, max: 20 }, 3, 100), [10, 20]);
  });

  await t.test("leaves room for the name of a limit that is out of sight", () => {
    assert.deepEqual(valueRange({ ...FREE, limits: new Set(["limit"]) }, 0, 100), [0, 120]);
  });

  await t.test("is one high where nothing is drawn, or only zeros", () => {
    assert.deepEqual(valueRange(FREE, null, null), [0, 1]);
    assert.deepEqual(valueRange(FREE, 0, 0), [0, 1]);
  });
});
