import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "../../../start/errors.ts";
import { inWords, windowSeconds } from "../../../start/tune/window.ts";

describe("the window", () => {
  it("is a quarter of an hour unless told otherwise", () => {
    assert.equal(windowSeconds(), 900);
    assert.equal(windowSeconds("90s"), 90);
    assert.equal(windowSeconds("24h"), 86_400);
  });

  for (const text of ["", "15", "m", "15 m", "29s", "25h", "-5m", "1d"]) {
    it(`is not "${text}"`, () => {
      assert.throws(() => windowSeconds(text), UsageError);
    });
  }

  it("is told in the unit that suits it", () => {
    assert.deepEqual([42.4, 900, 86_400].map(inWords), ["42 s", "15 min", "24 h"]);
  });
});
