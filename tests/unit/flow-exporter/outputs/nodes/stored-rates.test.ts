import assert from "node:assert/strict";
import { test } from "node:test";
import { StoredRates } from "../../../../../exporters/flow-exporter/outputs/nodes/stored-rates.ts";
import { storedEdge, storedReading } from "../../lib/stored-edge.ts";

const STEP = { sinceMs: 600_000 };
const edge = storedEdge();

function rates(...readings: readonly ReturnType<typeof storedReading>[]): StoredRates {
  const made = new StoredRates();
  for (const reading of readings) made.add(reading);
  return made;
}

test("a rate is the growth from one reading to another, over the time between them by the store's clock", () => {
  const before = storedReading([storedEdge({ sentBytes: 100, receivedBytes: 5, opened: 1, failed: 2 })]);
  const after = storedReading([storedEdge({ sentBytes: 300, receivedBytes: 25, opened: 3, failed: 12 })], 10);
  assert.deepEqual(rates(before, after).of(edge), { sentBytes: 20, receivedBytes: 2, opened: 0.2, failed: 1 });
});

test("nothing is known after one reading, nor while not every node may have written again", () => {
  const first = storedReading([storedEdge({ sentBytes: 100 })]);
  assert.equal(rates(first).of(edge), undefined);
  assert.equal(rates(first, storedReading([storedEdge({ sentBytes: 900 })], 5)).of(edge), undefined);
});

test("what is compared is half a minute old at most", () => {
  const [old, middle] = [storedReading([storedEdge()]), storedReading([storedEdge({ sentBytes: 9_000 })], 20)];
  const latest = storedReading([storedEdge({ sentBytes: 9_400 })], 40);
  assert.equal(rates(old, middle, latest).of(edge)?.sentBytes, 20);
});

test("readings that are farther apart are compared all the same, unless nobody has looked for minutes", () => {
  const first = storedReading([storedEdge()]);
  assert.equal(rates(first, storedReading([storedEdge({ sentBytes: 900 })], 90)).of(edge)?.sentBytes, 10);
  assert.equal(rates(first, storedReading([storedEdge({ sentBytes: 900 })], 121)).of(edge), undefined);
});

test("an edge that is new has grown from nothing, unless the reading before may have left it out", () => {
  const after = storedReading([storedEdge({ sentBytes: 100 })], 10);
  assert.equal(rates(storedReading([]), after).of(edge)?.sentBytes, 10);
  assert.equal(rates(storedReading([], 0, { leftOut: 1 }), after).of(edge), undefined);
});

test("an old flow that wakes up brings along what it had counted, which is no growth", () => {
  const young = { sentBytes: 10, receivedBytes: 0, opened: 0, failed: 0 };
  const asleep = storedReading([storedEdge({ sentBytes: 10, young, olderFlows: 0 })]);
  const awake = storedReading([storedEdge({ sentBytes: 5_000_010, young, olderFlows: 1 })], 10);
  const more = storedReading([storedEdge({ sentBytes: 5_001_010, young, olderFlows: 1 })], 20);
  assert.equal(rates(asleep, awake).of(edge)?.sentBytes, 0);
  assert.equal(rates(awake, more).of(edge)?.sentBytes, 100);
});

test("readings of other flows are not compared: until two are of the same, the rates are those of before", () => {
  const before = [storedReading([storedEdge()]), storedReading([storedEdge({ sentBytes: 100 })], 10)];
  const moved = storedReading([storedEdge({ sentBytes: 20 })], 15, STEP);
  assert.equal(rates(...before, moved).of(edge)?.sentBytes, 10);
  const next = storedReading([storedEdge({ sentBytes: 520 })], 25, STEP);
  assert.equal(rates(...before, moved, next).of(edge)?.sentBytes, 50);
  const late = storedReading([storedEdge({ sentBytes: 20 })], 120, STEP);
  assert.equal(rates(...before, late).of(edge), undefined);
});

test("counters that fall are no growth", () => {
  const fallen = rates(storedReading([storedEdge({ sentBytes: 100 })]), storedReading([storedEdge()], 10));
  assert.equal(fallen.of(edge)?.sentBytes, 0);
});
