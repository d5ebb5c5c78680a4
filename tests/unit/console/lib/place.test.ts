import assert from "node:assert/strict";
import { it } from "node:test";
import { needsLayout, type Point, placeNear } from "../../../../exporters/console/lib/place.ts";

it("arranges anew only when half of the picture is new", () => {
  assert.equal(needsLayout(0, 4), true);
  assert.equal(needsLayout(10, 5), true);
  assert.equal(needsLayout(10, 4), false);
  assert.equal(needsLayout(10, 0), false);
});

it("places each of many new nodes apart from all others, near its neighbour", () => {
  const hub = { x: 500, y: 500 };
  const taken: Point[] = [hub];
  for (let index = 0; index < 30; index++) taken.push(placeNear([hub], taken));
  const gaps = taken.flatMap((a, at) => taken.slice(at + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)));
  assert.ok(Math.min(...gaps) > 69.9);
  assert.ok(taken.every(({ x, y }) => Math.hypot(x - hub.x, y - hub.y) < 400));
});

it("places the first one somewhere", () => assert.ok(Number.isFinite(placeNear([], []).x)));
