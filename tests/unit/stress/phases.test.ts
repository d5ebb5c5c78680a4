import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Series } from "../../../start/stack/prometheus.ts";
import { highestIn, phasesOf, riseBy, riseIn } from "../../../start/stress/phases.ts";

/** One reading every 5 seconds. */
function series(from: number, ...values: number[]): Series {
  return values.map((value, index) => ({ at: from + index * 5, value }));
}

describe("the phases around a load", () => {
  it("are ten seconds long on either side, and keep clear of it by a scrape", () => {
    assert.deepEqual(phasesOf({ from: 100, to: 120 }), {
      before: { from: 85, to: 95 },
      during: { from: 100, to: 120 },
      after: { from: 125, to: 135 },
    });
  });
});

describe("the rise of counters", () => {
  it("is the difference of their readings, all series together", () => {
    const history = [series(100, 10, 20, 50), series(100, 1, 1, 2)];
    assert.equal(riseIn(history, { from: 100, to: 110 }), 41);
  });

  it("is taken as even between two readings", () => {
    assert.equal(riseIn([series(100, 0, 50, 50)], { from: 101, to: 104 }), 30);
  });

  it("counts a series that is new in full", () => {
    assert.equal(riseIn([series(110, 500, 700)], { from: 100, to: 120 }), 700);
  });

  it("counts a series that is first seen right after the phase for its share", () => {
    assert.equal(riseIn([series(113, 500)], { from: 100, to: 110 }), 200);
  });

  it("does not fall when a counter begins anew", () => {
    assert.equal(riseIn([series(100, 100, 130, 5, 25)], { from: 100, to: 115 }), 55);
  });

  it("ends with the last reading of a series that ended", () => {
    assert.equal(riseIn([series(100, 10, 30)], { from: 100, to: 200 }), 20);
  });

  it("is nothing before a series began, and unknown where there is none", () => {
    assert.equal(riseIn([series(100, 40)], { from: 50, to: 60 }), undefined);
    assert.equal(riseIn([], { from: 50, to: 60 }), undefined);
  });
});

describe("the rise by a load", () => {
  const phases = phasesOf({ from: 100, to: 105 });
  const read = (...readings: [number, number][]): Series => readings.map(([at, value]) => ({ at, value }));

  it("is whole however far apart the readings around it are", () => {
    assert.equal(riseBy(phases, [read([82, 0], [97, 0], [112, 4], [127, 4])]), 4);
  });

  it("is without what comes at the rate of before beside it", () => {
    // 2 a second all the time, and 20 by the load.
    assert.equal(riseBy(phases, [read([77, 0], [87, 20], [97, 40], [107, 80], [117, 100])]), 30);
    assert.equal(riseBy(phases, [read([77, 0], [87, 20], [97, 40], [107, 60])]), 10);
  });

  it("is all that a counter has which began with the load, and is never below nothing", () => {
    assert.equal(riseBy(phases, [read([103, 7], [108, 9])]), 9);
    assert.equal(riseBy(phases, [read([118, 4])]), 4);
    assert.equal(riseBy(phases, [read([121, 4])]), undefined);
    assert.equal(riseBy(phases, [read([77, 0], [97, 400], [107, 400])]), 0);
  });

  it("goes by the last reading where none came after the load, and is unknown where there is none", () => {
    assert.equal(riseBy(phases, [read([95, 0], [100, 0], [104, 8])]), 8);
    assert.equal(riseBy(phases, []), undefined);
  });
});

describe("the height of gauges", () => {
  it("is the highest reading within the phase, all series together", () => {
    const history = [series(100, 900, 10, 30, 900), series(105, 5)];
    assert.equal(highestIn(history, { from: 105, to: 110 }), 35);
  });

  it("is unknown where none was read", () => {
    assert.equal(highestIn([series(100, 900)], { from: 105, to: 110 }), undefined);
  });
});
