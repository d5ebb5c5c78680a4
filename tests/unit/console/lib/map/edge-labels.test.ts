import assert from "node:assert/strict";
import { it } from "node:test";
import { type LabelledLine, labelPlaces } from "../../../../../exporters/console/lib/map/edge-labels.ts";
import type { Box } from "../../../../../exporters/console/lib/map/geometry.ts";

const box = (x: number, y: number): Box => ({ x, y, w: 80, h: 22 });
const [from, to] = [box(0, 0), box(400, 0)];
const RATE = { w: 60, h: 14 };
const line = (id: string, change: Partial<LabelledLine> = {}): LabelledLine => ({
  ...{ id, from, to, bends: [], texts: [RATE], always: false },
  ...change,
});

it("writes in the middle of the line between the nodes", () =>
  assert.deepEqual(labelPlaces([line("a")], [from, to]).get("a"), { offset: 160, text: 0 }));

it("writes elsewhere where a node is beside the middle, or another text", () => {
  const places = labelPlaces([line("a"), line("b")], [from, to, box(200, 14)]);
  const [a = 0, b = 0] = [places.get("a")?.offset, places.get("b")?.offset];
  // From the left node's edge at 40, with half a text, half a node.
  for (const offset of [a, b]) assert.ok(Math.abs(40 + offset - 200) >= 70, `${offset}`);
  assert.ok(Math.abs(a - b) >= 60);
});

it("writes where fewest other lines cross", () => {
  const crossing = line("b", { from: box(200, -100), to: box(200, 100), texts: [] });
  const { offset = 0 } = labelPlaces([line("a"), crossing], [from, to]).get("a") ?? {};
  assert.ok(Math.abs(40 + offset - 200) >= 30, `${offset}`);
});

it("writes less where there is no room for more, and nothing where there is none", () => {
  const full = { w: 400, h: 26 };
  const crowded = { x: 200, y: 0, w: 900, h: 90 };
  assert.equal(labelPlaces([line("a", { texts: [full, RATE] })], [from, to]).get("a")?.text, 1);
  assert.equal(labelPlaces([line("a", { texts: [full, RATE] })], [crowded]).get("a")?.text, undefined);
});

it("writes always what must be seen, in the best place", () =>
  assert.deepEqual(labelPlaces([line("a", { always: true })], [{ x: 200, y: 0, w: 900, h: 90 }]).get("a"), {
    offset: 160,
    text: 0,
  }));
