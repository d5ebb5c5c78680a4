import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RecentAmounts } from "../../../../exporters/flow-exporter/totals/recent-amounts.ts";

describe("recent amounts", () => {
  test("say nothing before two readings have ended, and leave out what the first one brings", () => {
    const { recent, read, rate } = amounts();
    assert.equal(rate(), undefined);
    read(1, 1_000_000);
    assert.equal(rate(), undefined);
    read(2, 20);
    assert.equal(rate(), 20);
    assert.deepEqual(recent.perSecond("silent"), { bytes: 0, opened: 0 });
  });

  test("are steady where what comes is steady, from the second reading on, for as long as it lasts", () => {
    const { read, rate } = amounts();
    read(0, 20_000);
    for (let second = 1; second <= 60; second++) {
      read(second, 20_000);
      assert.equal(rate(), 20_000, `after ${second} s`);
    }
  });

  test("are divided by the time since the first of them came, not by the time before", () => {
    const { read, rate } = amounts();
    for (let second = 0; second <= 30; second++) read(second, 0);
    read(31, 20_000);
    assert.equal(rate(), 20_000);
    read(32, 20_000);
    assert.equal(rate(), 20_000);
    read(33, 0);
    read(34, 0);
    assert.equal(rate(), 10_000);
  });

  test("are forgotten after the window, and cost no memory then", () => {
    const { recent, read, rate } = amounts();
    read(0, 0);
    read(1, 20_000);
    for (let second = 2; second <= 15; second++) read(second, 0);
    assert.ok((rate() ?? 0) > 0);
    for (let second = 16; second <= 19; second++) read(second, 0);
    assert.equal(rate(), 0);
    assert.equal(recent.size, 0);
  });

  test("are those of the last reading where readings are further apart than the window", () => {
    const { read, rate } = amounts();
    read(0, 0);
    read(60, 6_000);
    assert.equal(rate(), 100);
    read(120, 60);
    assert.equal(rate(), 1);
  });

  test("add up within a reading, every field by itself", () => {
    const { recent, read } = amounts();
    read(0, 0);
    recent.add("edge", { bytes: 1, opened: 2 });
    recent.add("edge", { bytes: 3, opened: 0 });
    recent.add("other", { bytes: 7, opened: 0 });
    read(2, 0);
    assert.deepEqual(recent.perSecond("edge"), { bytes: 2, opened: 1 });
    assert.deepEqual(recent.perSecond("other"), { bytes: 3.5, opened: 0 });
  });
});

function amounts() {
  const recent = new RecentAmounts<string, "bytes" | "opened">(["bytes", "opened"]);
  const read = (second: number, bytes: number) => {
    recent.add("edge", { bytes, opened: 0 });
    recent.endReading(second * 1000);
  };
  return { recent, read, rate: () => recent.perSecond("edge")?.bytes };
}
