import assert from "node:assert/strict";
import { test } from "node:test";
import { healthSecondsFor, patienceOf } from "../../../start/steps/patience.ts";

test("a machine that starts containers slowly is given more time for all that follows, up to tenfold", () => {
  assert.equal(patienceOf(3), 1);
  assert.equal(patienceOf(10), 1);
  assert.equal(patienceOf(45), 4.5);
  assert.equal(patienceOf(600), 10);
});

test("services are checked less often where the engine is slow over a container, but once a minute at least", () => {
  assert.equal(healthSecondsFor([], 0.2), 5);
  assert.equal(healthSecondsFor([], 4), 20);
  assert.equal(healthSecondsFor([], 100), 60);
});

test("services that are there keep their interval however busy the machine is: another one would make them anew", () => {
  const containers = [{ healthSeconds: undefined }, { healthSeconds: 5 }];
  assert.equal(healthSecondsFor(containers, 4), 5);
  assert.equal(healthSecondsFor([{ healthSeconds: undefined }], 4), 20);
});
