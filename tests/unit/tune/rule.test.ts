import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { limitFor } from "../../../start/tune/rule.ts";

const MEBIBYTE = 2 ** 20;
const use = (average: number, peak: number) => ({ averageBytes: average * MEBIBYTE, peakBytes: peak * MEBIBYTE });

describe("the rule for a memory limit", () => {
  it("is average + 20 %", () => {
    const limit = { bytes: 120 * MEBIBYTE, decidedBy: "average", peakFits: true };
    assert.deepEqual(limitFor(use(100, 110), false), limit);
  });

  it("rounds up to whole MiB, so that 20 % are always left", () => {
    assert.equal(limitFor(use(81, 81), false).bytes, 98 * MEBIBYTE);
  });

  it("takes the peak where average + 20 % would not hold it", () => {
    const limit = { bytes: 181 * MEBIBYTE, decidedBy: "peak", peakFits: false };
    assert.deepEqual(limitFor(use(100, 180.5), false), limit);
  });

  it("takes average + 20 % all the same when asked for the exact figure, and says that the peak does not fit", () => {
    const limit = { bytes: 120 * MEBIBYTE, decidedBy: "average", peakFits: false };
    assert.deepEqual(limitFor(use(100, 180.5), true), limit);
  });

  it("never asks Docker for less than it accepts", () => {
    const limit = { bytes: 6 * MEBIBYTE, decidedBy: "least", peakFits: true };
    assert.deepEqual(limitFor(use(2, 2), false), limit);
    assert.deepEqual(limitFor(use(2, 2), true), limit);
  });

  it("holds the peak, is whole MiB and wastes less than one, whatever the use", () => {
    const bytes = fc.integer({ min: 1, max: 2 ** 40 });
    fc.assert(
      fc.property(bytes, bytes, (averageBytes, peakBytes) => {
        const { bytes: limit } = limitFor({ averageBytes, peakBytes }, false);
        const needed = Math.max(averageBytes * 1.2, peakBytes, 6 * MEBIBYTE);
        assert.equal(limit % MEBIBYTE, 0);
        assert(limit >= needed && limit < needed + MEBIBYTE);
      }),
    );
  });
});
