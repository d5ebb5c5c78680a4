import assert from "node:assert/strict";
import { it } from "node:test";
import { formatClock, formatDateTime, formatMoment, formatTick } from "../../../../exporters/console/lib/time.ts";

const noon = new Date(2030, 0, 31, 12, 3, 10).getTime();

it("shows the clock of the reader's time zone", () => assert.equal(formatClock(noon), "12:03:10"));

it("shows the day only where it is not today", () => {
  assert.equal(formatMoment(noon, noon + 3_600_000), "12:03:10");
  assert.equal(formatMoment(noon, noon + 86_400_000), "01-31 12:03");
});

it("shows a time axis as finely as its marks are apart", () => {
  assert.equal(formatTick(noon / 1000, 5), "12:03:10");
  assert.equal(formatTick(noon / 1000, 60), "12:03");
  assert.equal(formatTick(noon / 1000, 86_400), "01-31");
});

it("shows a moment in full, without the words of any language", () => {
  assert.equal(formatDateTime(noon), "2030-01-31 12:03:10");
});
