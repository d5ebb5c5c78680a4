import assert from "node:assert/strict";
import { it } from "node:test";
import { failureText } from "../../../../exporters/console/lib/failures.ts";
import { countOf, sentence } from "../../../../exporters/console/lib/words.ts";

it("counts one as one", () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => countOf(count, "flow")),
    ["0 flows", "1 flow", "2 flows"],
  );
  assert.equal(sentence("port must be 1–65535"), "Port must be 1–65535");
});

it("says a failure in words where it has some", () => {
  assert.equal(failureText("ECONNREFUSED"), "refused");
  assert.equal(failureText("EHOSTUNREACH"), "host unreachable");
  assert.equal(failureText("EXDEV"), "EXDEV");
  assert.equal(failureText(null), "abandoned");
});
