import assert from "node:assert/strict";
import { test } from "node:test";
import { changesOf } from "../../lib/host-traces.ts";

test("what tests brought and left is reported, and what they took away of a neighbour", () => {
  const before = { containers: ["a 1", "b 2"], volumes: ["v"], programs: ["1 old"], sysctls: ["x = 0"] };
  assert.deepEqual(changesOf(before, before), []);
  const after = { containers: ["a 3", "b 2"], volumes: ["v", "w"], programs: ["2 new"], sysctls: ["x = 1"] };
  assert.deepEqual(changesOf(before, after), [
    "+ containers: a 3",
    "- containers: a 1",
    "+ volumes: w",
    "+ programs: 2 new",
    "+ sysctls: x = 1",
    "- sysctls: x = 0",
  ]);
});
