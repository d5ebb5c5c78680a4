import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { heatmapOf } from "../../../../../exporters/console/lib/dashboard/heatmap.ts";

const bucket = (le: string, ...values: (number | null)[]) => ({ name: le, labels: { le }, values });

describe("heatmapOf", () => {
  it("takes the cumulative buckets apart, whatever their order", () => {
    const { bounds, cells, most } = heatmapOf([bucket("+Inf", 10, null), bucket("0.5", 2, 1), bucket("1", 7, 1)]);
    assert.deepEqual(bounds, [0.5, 1, Number.POSITIVE_INFINITY]);
    assert.deepEqual(cells, [
      [2, 1],
      [5, 0],
      [3, null],
    ]);
    assert.equal(most, 5);
  });

  it("leaves out empty rows at both ends, but for one", () => {
    const buckets = ["1", "2", "4", "8", "16", "32", "64"].map((le) => bucket(le, Number(le) >= 8 ? 3 : 0));
    assert.deepEqual(heatmapOf(buckets).bounds, [4, 8, 16]);
  });

  it("keeps all rows where nothing was counted, and rounds nothing below zero", () => {
    assert.equal(heatmapOf([bucket("1", 0), bucket("2", 0)]).bounds.length, 2);
    assert.deepEqual(heatmapOf([bucket("1", 5), bucket("2", 4.999)]).cells, [[5], [0]]);
  });

  it("knows no rows without a label le", () => {
    assert.equal(heatmapOf([{ name: "x", labels: {}, values: [1] }]).bounds.length, 1);
  });
});
