import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sleptNs } from "../../../start/dataset/sampler/boot-clock.ts";
import { Ticks } from "../../../start/dataset/sampler/ticks.ts";
import { WallClock } from "../../../start/dataset/wall-clock.ts";

describe("the moments of samples", () => {
  it("are on a schedule that lateness does not shift", () => {
    const ticks = new Ticks(50, 1_000);
    assert.equal(ticks.untilNext(1_007), 43);
    assert.equal(ticks.untilNext(1_053), 47);
    assert.equal(ticks.untilNext(1_100.5), 49.5);
  });

  it("are left out where they have passed", () => {
    const ticks = new Ticks(50, 0);
    assert.equal(ticks.untilNext(1), 49);
    assert.equal(ticks.untilNext(230), 20);
    assert.equal(ticks.untilNext(251), 49);
  });

  it("are none twice where a timer comes early", () => {
    const ticks = new Ticks(50, 0);
    assert.equal(ticks.untilNext(0), 50);
    assert.equal(ticks.untilNext(49), 51);
  });
});

describe("what the machine has slept", () => {
  /** Each look takes a microsecond. */
  const machine = (slept: number) => {
    let ns = 5e9;
    return {
      awakeNs: () => (ns += 1_000),
      uptimeSeconds: () => {
        ns += 1_000;
        return Math.floor((ns + slept) / 1e7) / 100;
      },
    };
  };

  it("is nothing where both clocks agree", () => {
    assert.equal(sleptNs(machine(0)), 0);
  });

  it("is known to microseconds, and never less than it was", () => {
    const slept = sleptNs(machine(3_600e9));
    assert.ok(slept >= 3_600e9 && slept < 3_600e9 + 20_000, String(slept - 3_600e9));
  });
});

describe("the wall clock", () => {
  it("is seen to be set, and not to be slewed", () => {
    const now = { boot: 0, wall: 1_700_000_000_000 };
    const clock = new WallClock({ wallMs: () => now.wall, bootNs: () => now.boot });
    const pass = (ms: number, wallMs = ms) => {
      now.boot += ms * 1e6;
      now.wall += wallMs;
      clock.look();
    };
    pass(1_000);
    for (let second = 0; second < 600; second++) pass(1_000, 1_000.5);
    assert.deepEqual(clock.steps, []);
    pass(1_000, 3_601_000);
    pass(1_000);
    pass(1_000, -1_000);
    assert.deepEqual(clock.steps, [
      { atNs: 602e9, stepSeconds: 3_600 },
      { atNs: 604e9, stepSeconds: -2 },
    ]);
  });
});
