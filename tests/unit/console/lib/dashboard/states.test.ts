import assert from "node:assert/strict";
import { it } from "node:test";
import { runsOf } from "../../../../../exporters/console/lib/dashboard/states.ts";

it("takes neighbours of one value together, gaps among them", () => {
  const runs = runsOf([1, 1, null, null, 0, 1]).map(({ value, steps }) => `${value} ${steps}`);
  assert.deepEqual(runs, ["1 2", "null 2", "0 1", "1 1"]);
});
