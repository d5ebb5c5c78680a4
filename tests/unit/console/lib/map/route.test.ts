import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Box, hits, overlap } from "../../../../../exporters/console/lib/map/geometry.ts";
import { crossings, routesOf } from "../../../../../exporters/console/lib/map/route.ts";

const box = (x: number, y: number): Box => ({ x, y, w: 80, h: 22 });
const line = { id: "a-b", source: "a", destination: "b" };

describe("hits", () => {
  const wall = box(100, 0);
  it("sees a line through a box, and one that ends in it", () => {
    assert.ok(hits({ x: 0, y: 0 }, { x: 200, y: 5 }, wall));
    assert.ok(hits({ x: 100, y: -50 }, { x: 100, y: 0 }, wall));
  });
  it("lets pass what goes by a corner, or ends before the box", () => {
    assert.ok(!hits({ x: 0, y: 0 }, { x: 100, y: 90 }, wall));
    assert.ok(!hits({ x: 0, y: 0 }, { x: 50, y: 0 }, wall));
    assert.ok(!hits({ x: 0, y: 20 }, { x: 200, y: 20 }, wall));
  });
  it("keeps a margin", () => assert.ok(hits({ x: 0, y: 13 }, { x: 200, y: 13 }, wall, 3)));
});

describe("routesOf", () => {
  const ends: [string, Box][] = [
    ["a", box(0, 0)],
    ["b", box(400, 0)],
  ];

  it("goes straight where nothing is in the way", () =>
    assert.deepEqual(routesOf(new Map(ends), [line]).get("a-b"), []));

  it("goes around a node, by the shorter side", () => {
    const boxes = new Map([...ends, ["wall", box(200, 6)] as const]);
    const bends = routesOf(boxes, [line]).get("a-b") ?? [];
    assert.deepEqual(crossings(boxes, line, []), ["wall"]);
    assert.deepEqual(crossings(boxes, line, bends), []);
    assert.ok(bends.length > 0 && bends.every(({ y }) => y < 6));
  });

  it("goes around a heading", () => {
    const heading = box(200, -4);
    const bends = routesOf(new Map(ends), [line], [heading]).get("a-b") ?? [];
    assert.deepEqual(crossings(new Map([...ends, ["heading", heading]]), line, bends), []);
  });

  it("leads both directions beside each other", () => {
    const back = { id: "b-a", source: "b", destination: "a" };
    const routes = routesOf(new Map(ends), [line, back]);
    const heights = [...routes.values()].map((bends) => bends.map(({ y }) => Math.sign(y)));
    assert.deepEqual(heights, [
      [-1, -1],
      [1, 1],
    ]);
  });

  it("bends two lines of one pair between its nodes, however near and wide these are", () => {
    const pairs: [Box, Box][] = [
      [box(0, 0), box(400, 0)],
      [box(0, 0), box(110, 0)],
      [box(0, 0), box(84, 0)],
      [box(84, 0), box(0, 0)],
      [
        { ...box(0, 0), w: 200 },
        { ...box(125, 0), w: 30 },
      ],
      [box(0, 0), box(30, 40)],
    ];
    for (const [from, to] of pairs) {
      const boxes = new Map([
        ["a", from],
        ["b", to],
      ]);
      const routes = routesOf(boxes, [line, { ...line, id: "a-b failing" }]);
      const bends = [...routes.values()].flat();
      assert.ok(bends.length >= 2);
      for (const { x, y } of bends)
        assert.ok(!overlap({ x, y, w: 0, h: 0 }, from) && !overlap({ x, y, w: 0, h: 0 }, to));
    }
  });
});

describe("the work of routesOf", () => {
  it("is far from a look at every node for each corner of each line", () => {
    let looks = 0;
    const counted = (at: number): Box => ({
      get x() {
        looks++;
        return (at % 20) * 120;
      },
      y: Math.floor(at / 20) * 40,
      w: 80,
      h: 22,
    });
    const boxes = new Map(Array.from({ length: 300 }, (_, at) => [String(at), counted(at)]));
    const lines = Array.from({ length: 600 }, (_, at) => {
      const [source, destination] = [String(at % 300), String((at * 7 + 13) % 300)];
      return { id: String(at), source, destination };
    });
    const routes = routesOf(boxes, lines);
    assert.ok([...routes.values()].some((bends) => bends.length > 0));
    assert.ok(looks < 20_000_000, `${looks} looks`);
  });
});
