import assert from "node:assert/strict";
import { it } from "node:test";
import { type Box, overlap } from "../../../../../exporters/console/lib/map/geometry.ts";
import { needsLayout, placeNear } from "../../../../../exporters/console/lib/map/place.ts";

it("arranges anew only when half of the picture is new", () => {
  assert.equal(needsLayout(0, 4), true);
  assert.equal(needsLayout(10, 5), true);
  assert.equal(needsLayout(10, 4), false);
  assert.equal(needsLayout(10, 0), false);
});

it("places each of many new nodes apart from all others, near its neighbour", () => {
  const size = { w: 90, h: 22 };
  const hub: Box = { x: 500, y: 500, ...size };
  const taken = [hub];
  for (let index = 0; index < 30; index++) taken.push({ ...placeNear(size, [hub], taken), ...size });
  assert.ok(taken.every((box, at) => !taken.slice(at + 1).some((other) => overlap(box, other, 9))));
  assert.ok(taken.every(({ x, y }) => Math.hypot(x - hub.x, y - hub.y) < 450));
});

it("places the first one somewhere", () => assert.ok(Number.isFinite(placeNear({ w: 90, h: 22 }, [], []).x)));
