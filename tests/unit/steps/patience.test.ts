import assert from "node:assert/strict";
import { test } from "node:test";
import { patienceOf } from "../../../start/steps/patience.ts";

test("a machine that starts containers slowly is given more time for all that follows, up to tenfold", () => {
  assert.equal(patienceOf(3), 1);
  assert.equal(patienceOf(10), 1);
  assert.equal(patienceOf(45), 4.5);
  assert.equal(patienceOf(600), 10);
});
