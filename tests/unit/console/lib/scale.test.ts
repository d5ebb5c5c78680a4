import assert from "node:assert/strict";
import { it } from "node:test";
import { edgeWidth, nodeSize, textScale, widening } from "../../../../exporters/console/lib/scale.ts";

it("widens an edge with every tenfold of its rate, up to a bound", () => {
  const widths = [0, 1e3, 1e6, 1e9, 1e12].map(edgeWidth);
  assert.deepEqual(widths, [1, 3.5, 6.5, 9, 9]);
});

it("grows a node with its bytes", () => assert.ok(nodeSize(1e9) > nodeSize(1e3)));

it("enlarges text on a map zoomed out, up to a bound", () => {
  assert.deepEqual(
    [2, 1, 0.5, 0.1].map((zoom) => textScale(zoom, 4)),
    [1, 1, 2, 4],
  );
});

it("widens a square picture for a wide frame, at most to the double, and never narrows it", () => {
  const square = { w: 100, h: 100 };
  assert.equal(widening(square, { w: 150, h: 100 }), 1.5);
  assert.equal(widening(square, { w: 900, h: 100 }), 2);
  assert.equal(widening(square, { w: 50, h: 100 }), 1);
  assert.equal(widening({ w: 0, h: 0 }, square), 1);
});
