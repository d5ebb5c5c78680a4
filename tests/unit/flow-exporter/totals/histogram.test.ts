import assert from "node:assert/strict";
import { test } from "node:test";
import { BUCKETS, rebucketed } from "../../../../exporters/flow-exporter/totals/histogram.ts";
import { Kernel } from "../lib/kernel.ts";
import { Disk, Running } from "../lib/running.ts";

test("round-trip times have steps of 1–2.5–5", () => {
  const digits = BUCKETS.rtt.map((bound) => bound.toExponential().split("e")[0]);
  assert.deepEqual(digits, ["2.5", "5", "1", "2.5", "5", "1", "2.5", "5", "1", "2.5"]);
});

test("counts by decades go where the upper ends of their buckets are", () => {
  const moved = rebucketed([1, 2, 3, 4, 5, 6], [0.0001, 0.001, 0.01, 0.1, 1], BUCKETS.rtt);
  assert.deepEqual(moved, [1, 0, 2, 0, 0, 3, 0, 0, 4, 0, 11]);
});

test("what an earlier exporter wrote, with round-trip times by decades, is taken up with all it has", async () => {
  const disk = new Disk();
  const kernel = new Kernel();
  const before = new Running(kernel, disk);
  kernel.open({ source: "192.168.1.10:4000", destination: "9.9.9.9:443", comm: "curl", sent: 700, rtt: 300 });
  await before.cycle(20);
  assert.match(disk.text ?? "", /"rtt":\{"counts":\[0,1,0,0,0,0,0,0,0,0,0\],"sum":0.0003\}/);
  disk.text = disk.text?.replaceAll(/"rtt":\{[^}]*\}/g, '"rtt":{"counts":[1,2,3,0,0,0],"sum":0.02}');
  const after = new Running(kernel, disk);
  assert.deepEqual(after.warnings, []);
  const edges = [...after.pipeline.totals];
  assert.ok(edges.length > 0);
  for (const { rtt } of edges) assert.deepEqual(rtt, { counts: [1, 0, 2, 0, 0, 3, 0, 0, 0, 0, 0], sum: 0.02 });
});
