import assert from "node:assert/strict";
import { test } from "node:test";
import { orSkip } from "../../lib/or-skip.ts";

test("what cannot run is skipped with its reason, but for CI, where it fails", () => {
  assert.equal(orSkip(undefined, {}), false);
  assert.equal(orSkip(false, { CI: "1" }), false);
  assert.equal(orSkip("needs root", {}), "needs root");
  for (const CI of ["1", "true"]) {
    assert.throws(() => orSkip("needs root", { CI }), /CI must not skip this: it needs root/);
  }
});
