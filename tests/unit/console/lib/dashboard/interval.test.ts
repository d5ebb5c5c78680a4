import assert from "node:assert/strict";
import { it } from "node:test";
import {
  aligned,
  parseDuration,
  rateInterval,
  stepFor,
} from "../../../../../exporters/console/lib/dashboard/interval.ts";

it("reads durations as Grafana writes them", () => {
  assert.deepEqual(["5s", "15m", "1h30m", ">10s", "500ms", "2d"].map(parseDuration), [5, 900, 5400, 10, 0.5, 172_800]);
  assert.equal(parseDuration("soon"), undefined);
  assert.equal(parseDuration(undefined), undefined);
});

it("chooses round steps, no more points than asked, no finer than the least", () => {
  assert.equal(stepFor(900, 240, 5), 5);
  assert.equal(stepFor(3600, 240, 5), 15);
  assert.equal(stepFor(86_400, 240, 5), 600);
  assert.equal(stepFor(900, 90, 15), 15);
  for (const range of [300, 900, 3600, 86_400]) assert.ok(range / stepFor(range, 240, 1) <= 240);
});

it("makes rates see four scrapes, as Grafana does", () => {
  assert.equal(rateInterval(5, 5), 20);
  assert.equal(rateInterval(5, 15), 60);
  assert.equal(rateInterval(600, 5), 605);
});

it("keeps points where they are while time goes on", () => {
  assert.deepEqual(aligned({ from: 101, to: 1001 }, 10), { from: 100, to: 1000 });
  assert.deepEqual(aligned({ from: 108, to: 1008 }, 10), { from: 100, to: 1000 });
});
