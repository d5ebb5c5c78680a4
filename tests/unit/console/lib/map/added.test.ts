import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Graph } from "../../../../../exporters/console/api/types.ts";
import { mapModel } from "../../../../../exporters/console/lib/graph.ts";
import {
  needsLayout,
  type Placed,
  placesWith,
  recalled,
  scaleOf,
} from "../../../../../exporters/console/lib/map/added.ts";
import { type Box, distance, overlap } from "../../../../../exporters/console/lib/map/geometry.ts";
import { itemOf } from "../../../../../exporters/console/lib/map/labels.ts";
import { estate } from "../../../../browser/lab/graph.ts";
import { NODES, threeNodes } from "../../../../browser/lab/nodes.ts";
import { FRAME, mixedFrames, mixedMachines, pictureOf, widthOf } from "./pictures.ts";

/** One row of nodes and what frames keep between them: what a frame must grow into may move by it. */
const ROW = 40;

for (const endpoints of [28, 60]) {
  describe(`the map of ${endpoints} endpoints`, () => {
    const whole = estate(endpoints, 0);

    for (const { id } of whole.nodes) {
      it(`keeps its places when ${id} leaves and comes anew`, () => {
        const without = pictureOf(withoutNode(whole, id)).boxes;
        const places = withNew(without, whole);
        const moves = [...without].map(([one, box]) => distance(box, places.get(one) ?? assert.fail(one)));
        const moved = moves.filter((by) => by > 0);
        assert.ok(Math.max(...moves) <= ROW, `${Math.max(...moves)}`);
        assert.ok(moved.length <= endpoints / 2, `${moved.length} moved`);
        assertTidy(whole, places);
      });
    }
  });
}

it("gives a new project a place of its own, where that has room in what is seen", () => {
  const whole = estate(28, 0);
  const shop = whole.nodes.filter(({ compose_project: project }) => project === "etl").map(({ id }) => id);
  const without = pictureOf(shop.reduce(withoutNode, whole)).boxes;
  const places = withNew(without, whole);
  for (const [id, { x, y }] of without) assert.deepEqual([places.get(id)?.x, places.get(id)?.y], [x, y]);
  assertTidy(whole, places);
});

describe("the map of three machines", () => {
  const whole = threeNodes(0);
  const tidy = (boxes: Map<string, Box>, graph: Graph) => {
    const picture = { model: mapModel(graph), boxes };
    assert.deepEqual(mixedMachines(picture), []);
    for (const node of NODES) {
      const own = new Map([...boxes].filter(([id]) => picture.model.nodes.get(id)?.node === node));
      assert.deepEqual(mixedFrames({ ...picture, boxes: own }), []);
    }
  };

  for (const { id } of whole.nodes) {
    it(`takes ${id} in again, among those of its machine`, () => {
      const without = pictureOf(withoutNode(whole, id)).boxes;
      const places = withNew(without, whole);
      assert.equal(places.size, whole.nodes.length);
      tidy(places, whole);
    });
  }

  it("takes a machine in that is new, and leaves the others where they are", () => {
    const gone = whole.nodes.filter(({ node }) => node === NODES[1]).map(({ id }) => id);
    const without = pictureOf(gone.reduce(withoutNode, whole)).boxes;
    const places = withNew(without, whole);
    for (const [id, { x, y }] of without) assert.deepEqual([places.get(id)?.x, places.get(id)?.y], [x, y]);
    tidy(places, whole);
  });
});

it("gives the same places in whatever order new nodes come", () => {
  const whole = estate(60, 0);
  const gone = ["shop-redis-1", "etl-api-1", "world", "mail-gateway-1"];
  const before = pictureOf(gone.reduce(withoutNode, whole)).boxes;
  const back = { ...whole, nodes: whole.nodes.toReversed(), links: whole.links.toReversed() };
  const sorted = (places: ReadonlyMap<string, Box>) => [...places].sort(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(sorted(withNew(before, back)), sorted(withNew(before, whole)));
});

it("arranges anew only when more is new than known", () => {
  assert.equal(needsLayout(0, 4), true);
  assert.equal(needsLayout(10, 11), true);
  assert.equal(needsLayout(10, 10), false);
  assert.equal(needsLayout(0, 0), false);
});

it("gives a node that comes back the place it had, unless another is there now", () => {
  const item = { id: "a", group: "", machine: "", w: 80, h: 22 };
  const places = new Map([["a", { x: 100, y: 100 }]]);
  assert.deepEqual(recalled([item], places, []), [{ ...item, x: 100, y: 100 }]);
  assert.deepEqual(recalled([item], places, [{ x: 150, y: 110, w: 80, h: 22 }]), []);
  assert.deepEqual(recalled([item], new Map(), []), []);
});

/** Where all is after the nodes that have no place yet have got one. */
function withNew(before: ReadonlyMap<string, Box>, graph: Graph): Map<string, Box> {
  const model = mapModel(graph);
  const { nodes, edges } = model;
  const items = [...nodes.values()].map((node) => itemOf(node, model, widthOf));
  const kept = items.flatMap((item): Placed[] => {
    const box = before.get(item.id);
    return box ? [{ ...item, x: box.x, y: box.y }] : [];
  });
  const fresh = items.filter(({ id }) => !before.has(id));
  const places = placesWith(kept, fresh, [...edges.values()], FRAME);
  return new Map(items.map(({ id, w, h }) => [id, { ...(places.get(id) ?? { x: 0, y: 0 }), w, h }]));
}

function assertTidy(graph: Graph, boxes: Map<string, Box>): void {
  const all = [...boxes];
  const clashes = all.flatMap(([a, box], at) =>
    all.slice(at + 1).flatMap(([b, other]) => (overlap(box, other, 3) ? [[a, b]] : [])),
  );
  assert.deepEqual(clashes, []);
  assert.deepEqual(mixedFrames({ model: mapModel(graph), boxes }), []);
  const model = mapModel(graph);
  const placed = [...model.nodes.values()].map((node) => ({
    ...itemOf(node, model, widthOf),
    ...(boxes.get(node.id) ?? { x: 0, y: 0 }),
  }));
  const scale = scaleOf(placed, FRAME);
  assert.ok(scale < 1.35, `${scale}`);
}

function withoutNode(graph: Graph, id: string): Graph {
  const links = graph.links.filter(({ source, destination }) => source !== id && destination !== id);
  return { ...graph, nodes: graph.nodes.filter((node) => node.id !== id), links };
}
