import assert from "node:assert/strict";
import { it } from "node:test";
import { durationText, refreshOf, shownOf } from "../../../../../exporters/console/lib/dashboard/range.ts";

const query = (text: string) => new URLSearchParams(text);

it("shows the dashboard's time, unless the address says otherwise", () => {
  assert.deepEqual(shownOf(query(""), 900), { last: 900 });
  assert.deepEqual(shownOf(query("range=1h"), 900), { last: 3600 });
  assert.deepEqual(shownOf(query("from=100&to=200"), 900), { from: 100, to: 200 });
  assert.deepEqual(shownOf(query("from=200&to=100"), 900), { last: 900 });
});

it("refreshes as asked, and never a fixed time", () => {
  assert.equal(refreshOf(query(""), 10, { last: 900 }), 10);
  assert.equal(refreshOf(query("refresh=off"), 10, { last: 900 }), 0);
  assert.equal(refreshOf(query("refresh=1m"), 10, { last: 900 }), 60);
  assert.equal(refreshOf(query("refresh=5s"), 10, { from: 1, to: 2 }), 0);
});

it("writes durations as the address has them", () => {
  assert.deepEqual([5, 900, 3600, 86_400, 90].map(durationText), ["5s", "15m", "1h", "24h", "90s"]);
});
