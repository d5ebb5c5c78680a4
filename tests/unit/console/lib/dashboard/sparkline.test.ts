import assert from "node:assert/strict";
import { it } from "node:test";
import { sparkline } from "../../../../../exporters/console/lib/dashboard/sparkline.ts";

it("draws a trend from left to right, with its largest value at the top", () => {
  assert.equal(sparkline([0, 5, 10], 100, 30).line, "M0,29L50,15L100,1");
});

it("leaves a gap where nothing is known", () => {
  const { line, area } = sparkline([0, 5, null, 10, 5], 100, 30);
  assert.equal(line, "M0,29L25,15M75,1L100,15");
  assert.equal(area, "M0,29L25,15L25,30L0,30ZM75,1L100,15L100,30L75,30Z");
});

it("closes the area along the bottom", () => {
  assert.equal(sparkline([0, 5, 10], 100, 30).area, "M0,29L50,15L100,1L100,30L0,30Z");
});

it("draws nothing of a single value", () => assert.deepEqual(sparkline([1, null], 100, 30), { line: "", area: "" }));
it("draws a flat line where nothing changes", () => assert.equal(sparkline([0, 0], 10, 30).line, "M0,29L10,29"));
