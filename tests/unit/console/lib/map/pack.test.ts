import assert from "node:assert/strict";
import { it } from "node:test";
import { pack } from "../../../../../exporters/console/lib/map/pack.ts";

it("fills a strip from the left, as high as it is", () => {
  const { corners, width, height } = pack(
    [4, 4, 4, 4].map((side) => ({ w: side, h: side })),
    10,
    1,
  );
  assert.deepEqual(corners, [
    { x: 0, y: 0 },
    { x: 0, y: 5 },
    { x: 5, y: 0 },
    { x: 5, y: 5 },
  ]);
  assert.deepEqual([width, height], [9, 9]);
});

it("puts small ones where there is room beside large ones", () => {
  const [, , small] = pack(
    [
      { w: 9, h: 4 },
      { w: 3, h: 4 },
      { w: 3, h: 4 },
    ],
    10,
    0,
  ).corners;
  assert.deepEqual(small, { x: 3, y: 4 });
});

it("takes what is higher than the strip, and nothing at all", () => {
  assert.deepEqual(pack([{ w: 2, h: 50 }], 10, 1).corners, [{ x: 0, y: 0 }]);
  assert.deepEqual(pack([], 10, 1), { corners: [], width: 0, height: 0 });
});
