import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inBlocks } from "../../../../exporters/console/lib/blocks.ts";

const group = (name: string, size: number) => Array.from({ length: size }, (_, index) => `${name}${index}`);
const groups = [group("a", 3), group("b", 40), group("c", 1), group("d", 12), []];

describe("inBlocks", () => {
  const places = inBlocks(groups, 2);

  it("places every node, apart from all others", () => {
    const points = [...places.values()];
    assert.equal(points.length, 56);
    const near = points.flatMap((a, at) =>
      points.slice(at + 1).filter((b) => Math.abs(a.x - b.x) < 140 && Math.abs(a.y - b.y) < 70),
    );
    assert.deepEqual(near, []);
  });

  it("keeps groups out of each other's frames", () => {
    const boxes = groups
      .filter(({ length }) => length > 0)
      .map((ids) => {
        const points = ids.map((id) => places.get(id) ?? assert.fail(id));
        const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
        return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)] as const;
      });
    for (const [at, a] of boxes.entries()) {
      for (const b of boxes.slice(at + 1)) assert.ok(a[1] < b[0] || b[1] < a[0] || a[3] < b[2] || b[3] < a[2]);
    }
  });

  it("is the same each time", () =>
    assert.deepEqual(
      inBlocks(
        groups.map((ids) => ids.toReversed()),
        2,
      ),
      places,
    ));
});
