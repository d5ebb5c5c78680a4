import assert from "node:assert/strict";
import { it } from "node:test";
import { labelOffsets } from "../../../../../exporters/console/lib/map/edge-labels.ts";
import type { Box } from "../../../../../exporters/console/lib/map/geometry.ts";

const box = (x: number, y: number): Box => ({ x, y, w: 80, h: 22 });
const [from, to] = [box(0, 0), box(400, 0)];
const line = (id: string) => ({ id, from, to, bends: [], label: { w: 60, h: 14 } });

it("writes in the middle of the line between the nodes", () =>
  assert.equal(labelOffsets([line("a")], [from, to]).get("a"), 160));

it("writes elsewhere where a node is beside the middle, or another label", () => {
  const offsets = labelOffsets([line("a"), line("b")], [from, to, box(200, 14)]);
  const [a = 0, b = 0] = [offsets.get("a"), offsets.get("b")];
  // From the left node's edge at 40, with half a label, half a node.
  for (const offset of [a, b]) assert.ok(Math.abs(40 + offset - 200) >= 70, `${offset}`);
  assert.ok(Math.abs(a - b) >= 60);
});

it("writes in the best place where there is none", () =>
  assert.equal(labelOffsets([line("a")], [{ x: 200, y: 0, w: 900, h: 90 }]).get("a"), 160));
