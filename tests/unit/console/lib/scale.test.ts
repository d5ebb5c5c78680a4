import assert from "node:assert/strict";
import { it } from "node:test";
import { edgeWidth, textScale } from "../../../../exporters/console/lib/scale.ts";

it("widens an edge with every tenfold of its rate, up to a bound", () => {
  const widths = [0, 1, 1e3, 1e6, 1e9, 1e12].map(edgeWidth);
  assert.deepEqual(widths, [1, 1.5, 3, 5.5, 7.5, 8]);
});

it("draws 215 kB/s more than twice as wide as 40 B/s", () => assert.ok(edgeWidth(215e3) > 2 * edgeWidth(40)));

it("enlarges text on a map zoomed out, up to a bound", () => {
  assert.deepEqual(
    [2, 1, 0.5, 0.1].map((zoom) => textScale(zoom, 4)),
    [1, 1, 2, 4],
  );
});
