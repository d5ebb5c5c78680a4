import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Graph } from "../../../../../exporters/console/api/types.ts";
import { around, overlap } from "../../../../../exporters/console/lib/map/geometry.ts";
import { TEXT_PX } from "../../../../../exporters/console/lib/map/labels.ts";
import { layoutOf } from "../../../../../exporters/console/lib/map/layout.ts";
import { crossings } from "../../../../../exporters/console/lib/map/route.ts";
import { crowd, estate, shop } from "../../../../browser/lab/graph.ts";
import { NODES, threeNodes } from "../../../../browser/lab/nodes.ts";
import { FRAME, mixedFrames, mixedMachines, type Picture, pictureOf } from "./pictures.ts";

const PHONE = { w: 340, h: 350 };

for (const endpoints of [28, 60, 300]) {
  describe(`the map of ${endpoints} endpoints`, () => {
    const graph = estate(endpoints, 0);
    const picture = pictureOf(graph);

    it("places every node, none on another", () => {
      assert.equal(picture.boxes.size, graph.nodes.length);
      const boxes = [...picture.boxes];
      const pairs = boxes.flatMap(([a, box], at) =>
        boxes.slice(at + 1).flatMap(([b, other]) => (overlap(box, other, 3) ? [[a, b]] : [])),
      );
      assert.deepEqual(pairs, []);
    });

    it("keeps nodes out of frames that are not theirs, and frames apart", () =>
      assert.deepEqual(mixedFrames(picture), []));

    it("is the same in whatever order nodes and edges come", () => {
      const back = pictureOf({ ...graph, nodes: graph.nodes.toReversed(), links: graph.links.toReversed() });
      assert.deepEqual([...back.boxes].sort(byName), [...picture.boxes].sort(byName));
      assert.deepEqual([...back.routes].sort(byName), [...picture.routes].sort(byName));
    });
  });
}

it("places endpoints and projects that are called as JavaScript's own properties are", () => {
  const { nodes, links, ...rest } = shop(false, 0);
  const strange = new Map([
    ["shop-web-1", "constructor"],
    ["shop-api-1", "toString"],
    ["shop-db-1", "__proto__"],
  ]);
  const renamed = (name: string) => strange.get(name) ?? name;
  const picture = pictureOf({
    ...rest,
    nodes: nodes.map((node) => ({
      ...node,
      id: renamed(node.id),
      compose_project: node.compose_project && "__proto__",
    })),
    links: links.map((link) => ({ ...link, source: renamed(link.source), destination: renamed(link.destination) })),
  });
  // What has no place is drawn at the corner, where no node's middle can be.
  const unplaced = [...picture.boxes].filter(([, { x, y }]) => !(x > 0 && y > 0));
  assert.deepEqual([unplaced, picture.boxes.size], [[], nodes.length]);
  assert.equal(picture.routes.size, picture.model.edges.size);
});

it("writes names of 60 endpoints with 11 pixels and more where all are shown in a window of 1280 × 800", () => {
  const zoom = zoomOf(pictureOf(estate(60, 0)));
  assert.ok(zoom * TEXT_PX >= 11, `${zoom * TEXT_PX} px`);
});

it("uses the frame, in width and height", () => {
  for (const graph of [shop(false, 0), estate(28, 0), estate(60, 0)]) {
    const { w, h } = around([...pictureOf(graph).boxes.values()]);
    assert.ok(w > FRAME.w * 0.7 && h > FRAME.h * 0.7, `${w} × ${h}`);
  }
});

describe("the map on a telephone", () => {
  it("shows a shop whole, and of more endpoints the whole width, with names in full size", () => {
    const all = (graph: Graph) => around([...pictureOf(graph, PHONE).boxes.values()]);
    for (const graph of [shop(false, 0), estate(28, 0), estate(60, 0)]) assert.ok(all(graph).w <= PHONE.w);
    assert.ok(all(shop(false, 0)).h <= PHONE.h);
  });

  it("places callers above whom they call, and nothing on what is not its own", () => {
    const picture = pictureOf(estate(60, 0), PHONE);
    const y = (service: string) => picture.boxes.get(`shop-${service}-1`)?.y ?? Number.NaN;
    assert.ok(y("gateway") < y("api") && y("api") < y("postgres"));
    assert.deepEqual(mixedFrames(picture), []);
  });
});

describe("the lines between 60 endpoints", () => {
  const { model, boxes, routes } = pictureOf(estate(60, 0));
  const crossed = (bent: boolean) =>
    [...model.edges.values()].flatMap((edge) => crossings(boxes, edge, bent ? (routes.get(edge.id) ?? []) : []));

  it("cross no node that is not theirs, where straight ones would", () => {
    assert.ok(crossed(false).length > 10);
    assert.deepEqual(crossed(true), []);
  });

  it("lie apart where the same two nodes have several", () => {
    const pair = [...model.edges.values()].filter(
      ({ source, destination }) => source === "shop-worker-1" && destination === "shop-postgres-1",
    );
    assert.deepEqual(
      pair.map(({ failing }) => failing),
      [false, true],
    );
    const [working, failing] = pair.map(({ id }) => routes.get(id));
    assert.notDeepEqual(working, failing);
  });
});

it("places callers left of whom they call, within a frame", () => {
  const { boxes } = pictureOf(estate(60, 0));
  const x = (service: string) => boxes.get(`shop-${service}-1`)?.x ?? Number.NaN;
  assert.ok(x("gateway") < x("api") && x("api") < x("postgres"));
});

it("places a crowd of 2,000 edges, and nodes that nothing frames", () => {
  assert.deepEqual(mixedFrames(pictureOf({ ...crowd(2000, 0), links: crowd(2000, 0).links.slice(0, 300) })), []);
  const loose = crowd(2000, 0).nodes.map((node) => ({ ...node, compose_project: "" }));
  const { boxes } = pictureOf({ nodes: loose, links: [] });
  const all = [...boxes.values()];
  assert.ok(all.every((box, at) => !all.slice(at + 1).some((other) => overlap(box, other, 3))));
});

for (const frame of [FRAME, { w: 340, h: 350 }]) {
  it(`places each machine's frames beside each other, and machines too, in ${frame.w} pixels`, () => {
    const picture = pictureOf(threeNodes(0), frame);
    assert.equal(picture.model.machines.size, 3);
    assert.deepEqual(mixedMachines(picture), []);
    for (const node of NODES) assert.deepEqual(mixedFrames(onlyOn(picture, node)), []);
  });
}

it("frames no machine where all is on one", () => {
  assert.equal(pictureOf(shop(false, 0)).model.machines.size, 0);
});

function onlyOn({ model, boxes }: Picture, node: string): Omit<Picture, "routes"> {
  const own = [...boxes].filter(([id]) => model.nodes.get(id)?.node === node);
  return { model, boxes: new Map(own) };
}

/** By how much all is shrunk to be seen at once. */
function zoomOf({ boxes }: Picture): number {
  const { w, h } = around([...boxes.values()]);
  return Math.min(1, FRAME.w / (w + 2 * 8), FRAME.h / (h + 16 + 2 * 8));
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

it("looks at each edge a few times, not once for each of 2,000 nodes", () => {
  let looks = 0;
  const nodes = Array.from({ length: 2000 }, (_, at) => ({ id: `node${at}`, group: "", machine: "", w: 80, h: 22 }));
  const arrows = nodes.map(({ id }, at) => ({
    get source() {
      looks++;
      return id;
    },
    destination: `node${(at * 7 + 1) % 2000}`,
  }));
  assert.equal(layoutOf(nodes, arrows, FRAME).size, 2000);
  assert.ok(looks < 100 * arrows.length, `${looks} looks`);
});
