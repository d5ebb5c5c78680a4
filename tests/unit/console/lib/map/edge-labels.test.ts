import assert from "node:assert/strict";
import { it } from "node:test";
import { type LabelledLine, labelPlaces } from "../../../../../exporters/console/lib/map/edge-labels.ts";
import type { Box } from "../../../../../exporters/console/lib/map/geometry.ts";
import { loopOf } from "../../../../../exporters/console/lib/map/loop.ts";

const box = (x: number, y: number): Box => ({ x, y, w: 80, h: 22 });
const [from, to] = [box(0, 0), box(400, 0)];
const RATE = { w: 60, h: 14 };
const line = (id: string, change: Partial<LabelledLine> = {}): LabelledLine => ({
  ...{ id, from, to, bends: [], texts: [RATE] },
  ...change,
});

it("writes in the middle of the line between the nodes", () =>
  assert.deepEqual(labelPlaces([line("a")], [from, to]).get("a"), {
    offset: 160,
    margin: { x: 0, y: 0 },
    text: 0,
  }));

it("writes elsewhere where a node is beside the middle, or another text", () => {
  const beside = line("b", { from: box(0, 12), to: box(400, 12) });
  const places = labelPlaces([line("a"), beside], [from, to, box(200, 14)]);
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

it("writes nothing over which a line passes that is drawn above it, and over one that is drawn below where it must", () => {
  const many = (at: number) => line(`c${at}`, { from: box(at, -100), to: box(at, 100), texts: [] });
  const fence = Array.from({ length: 30 }, (_, at) => many(at * 14));
  assert.equal(labelPlaces([...fence, line("a")], [from, to]).get("a")?.text, undefined);
  assert.equal(labelPlaces([line("a"), ...fence], [from, to]).get("a")?.text, 0);
});

it("writes at a loop above its node, or below, and not where another node is there", () => {
  const loop = (below: boolean) => line("a", { to: from, bends: loopOf(from, below), texts: [RATE] });
  const others = [box(0, -200), box(0, 200)];
  for (const below of [false, true]) {
    const { offset = 0, text } = labelPlaces([loop(below)], [from, ...others]).get("a") ?? {};
    assert.equal(text, 0);
    // Half of its way: the point farthest from the node, where a text is clear of it.
    assert.ok(offset > 20 && offset < 60, `${offset}`);
    const neighbour = box(0, below ? 28 : -28);
    assert.equal(labelPlaces([loop(below)], [from, neighbour, ...others]).get("a")?.text, undefined);
  }
});

it("writes beside a line, clear of nodes, what need not be on it", () => {
  const above: Box = { x: 200, y: -12, w: 300, h: 22 };
  assert.equal(labelPlaces([line("a")], [from, to, above]).get("a")?.text, undefined);
  const { margin, text } = labelPlaces([line("a", { beside: true })], [from, to, above]).get("a") ?? {};
  assert.deepEqual({ margin, text }, { margin: { x: 0, y: RATE.h / 2 + 3 }, text: 0 });
});

it("writes nothing that would be cut at the edge of the picture", () => {
  const narrow = (y: number): Box => ({ x: 0, y, w: 20, h: 22 });
  const upright = line("a", { from: narrow(0), to: narrow(300) });
  assert.equal(labelPlaces([upright], [narrow(0), narrow(300)]).get("a")?.text, undefined);
  assert.equal(labelPlaces([upright], [narrow(0), narrow(300), box(0, 400)]).get("a")?.text, 0);
});
