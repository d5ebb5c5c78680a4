import assert from "node:assert/strict";
import { it } from "node:test";
import {
  durationText,
  fieldTime,
  fixedRange,
  rangesSince,
  refreshOf,
  shownOf,
} from "../../../../../exporters/console/lib/dashboard/range.ts";

const query = (text: string) => new URLSearchParams(text);

it("shows the dashboard's time, unless the address says otherwise", () => {
  assert.deepEqual(shownOf(query(""), 900), { last: 900 });
  assert.deepEqual(shownOf(query("range=1h"), 900), { last: 3600 });
  assert.deepEqual(shownOf(query("from=100&to=200"), 900), { from: 100, to: 200 });
  assert.deepEqual(shownOf(query("from=200&to=100"), 900), { last: 900 });
});

it("takes times that no calendar has for no range, whether in the address or in the fields", () => {
  for (const text of ["from=1&to=1e20", "from=1&to=Infinity", "from=1e12&to=1e13", "range=99999999999d", "range=0m"]) {
    assert.deepEqual(shownOf(query(text), 900), { last: 900 }, text);
  }
  assert.equal(fixedRange("2030-01-31T12:00Z", "+010000-01-31T12:00Z"), undefined);
});

it("refreshes as asked, and never a fixed time", () => {
  assert.equal(refreshOf(query(""), 10, { last: 900 }), 10);
  assert.equal(refreshOf(query("refresh=off"), 10, { last: 900 }), 0);
  assert.equal(refreshOf(query("refresh=1m"), 10, { last: 900 }), 60);
  assert.equal(refreshOf(query("refresh=5s"), 10, { from: 1, to: 2 }), 0);
  assert.equal(refreshOf(query(""), 0, { last: 900 }), 0);
  assert.equal(refreshOf(query("refresh=1ms"), 10, { last: 900 }), 5);
});

it("writes durations as the address has them", () => {
  assert.deepEqual([5, 900, 3600, 86_400, 90, 172_800].map(durationText), ["5s", "15m", "1h", "24h", "90s", "2d"]);
});

it("offers ranges that there are data for, the last of them with all, within what is answered", () => {
  const lastOf = (hours: number) => rangesSince(1_000_000, 1_000_000 + hours * 3600).at(-1)?.[0];
  assert.deepEqual([0.1, 5.5, 24, 30, 24 * 9, 24 * 90].map(lastOf), ["1h", "6h", "24h", "2d", "9d", "31d"]);
  assert.equal(rangesSince(1_000_000, 1_000_000 + 30 * 3600).filter(([key]) => key === "24h").length, 1);
  assert.equal(rangesSince(undefined, 0).at(-1)?.[0], "7d");
});

it("reads a time from two fields, and refuses one that ends before it begins", () => {
  const [from, to] = [1_893_456_000, 1_893_459_600];
  assert.deepEqual(fixedRange(fieldTime(from), fieldTime(to)), { from, to });
  assert.equal(fixedRange(fieldTime(to), fieldTime(from)), undefined);
  assert.equal(fixedRange("", fieldTime(from)), undefined);
});
