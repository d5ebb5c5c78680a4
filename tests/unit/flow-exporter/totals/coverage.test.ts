import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outsideCounters } from "../../../../exporters/flow-exporter/metadata/host/interfaces.ts";
import { Coverage } from "../../../../exporters/flow-exporter/totals/coverage.ts";

const SECOND_NS = 1e9;

test("interfaces that lead out of the host are added up, the others left out", () => {
  const netDev = [
    "Inter-|   Receive                                                |  Transmit",
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
    "    lo: 999 9 0 0 0 0 0 0 999 9 0 0 0 0 0 0",
    "  eth0: 100 3 0 0 0 0 0 0 20 2 0 0 0 0 0 0",
    "  ens5:1000 30 0 0 0 0 0 0 200 20 0 0 0 0 0 0",
    "eth0.7: 100 3 0 0 0 0 0 0 20 2 0 0 0 0 0 0",
    "docker0: 7 7 0 0 0 0 0 0 7 7 0 0 0 0 0 0",
    "vethab12: 7 7 0 0 0 0 0 0 7 7 0 0 0 0 0 0",
    "   wg0: 7 7 0 0 0 0 0 0 7 7 0 0 0 0 0 0",
  ];
  assert.deepEqual(outsideCounters(netDev.join("\n")), { bytes: 1320, packets: 55 });
  assert.equal(outsideCounters("    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0"), undefined);
  assert.equal(outsideCounters(""), undefined);
});

describe("coverage", () => {
  const flowBytes = (second: number) => second * 9_500;
  const through = (second: number) => ({ bytes: second * (10_000 + 66 * 10), packets: second * 10 });

  test("is what the flows account for of the last minute, without headers", () => {
    const coverage = new Coverage();
    const ratios = Array.from({ length: 162 }, (_, second) => {
      coverage.add(flowBytes(Math.min(second, 100)), through(second), second * SECOND_NS);
      return coverage.ratio;
    });
    assert.deepEqual([ratios[59], ratios[60], ratios[100]], [undefined, 0.95, 0.95]);
    assert.equal(ratios[161], 0, "a minute of which no flow tells");
  });

  test("is never above 1, where headers are shorter than it assumes", () => {
    const coverage = new Coverage();
    for (let second = 0; second <= 60; second++) {
      coverage.add(second * 40_000, { bytes: second * 82_000, packets: second * 1_000 }, second * SECOND_NS);
    }
    assert.equal(coverage.ratio, 1);
  });

  test("says nothing where next to nothing goes through, or no interface leads out", () => {
    const quiet = new Coverage();
    const none = new Coverage();
    for (let second = 0; second < 100; second++) {
      quiet.add(second, { bytes: second * 166, packets: second }, second * SECOND_NS);
      none.add(second * 9_500, undefined, second * SECOND_NS);
    }
    assert.deepEqual([quiet.ratio, none.ratio], [undefined, undefined]);
  });
});
