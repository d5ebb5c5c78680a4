import assert from "node:assert/strict";
import { it } from "node:test";
import { dashOf } from "../../../../exporters/console/lib/dashes.ts";

it("dashes the lines of each round of colours in its own way", () => {
  const dashes = Array.from({ length: 12 }, (_, round) => dashOf(round).join(" "));
  assert.equal(new Set(dashes).size, dashes.length);
});
