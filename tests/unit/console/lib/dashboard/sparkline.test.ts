import assert from "node:assert/strict";
import { it } from "node:test";
import { sparkline } from "../../../../../exporters/console/lib/dashboard/sparkline.ts";

it("draws a course from left to right, with its largest value at the top", () => {
  assert.equal(sparkline([0, null, 10], 100, 30).line, "M0,29L100,1");
});

it("closes the area along the bottom", () => {
  assert.equal(sparkline([0, 5, 10], 100, 30).area, "M0,29L50,15L100,1L100,30L0,30Z");
});

it("draws nothing of a single value", () => assert.deepEqual(sparkline([1, null], 100, 30), { line: "", area: "" }));
it("draws a flat line where nothing changes", () => assert.equal(sparkline([0, 0], 10, 30).line, "M0,29L10,29"));
