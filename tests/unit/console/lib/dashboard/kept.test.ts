import assert from "node:assert/strict";
import { it } from "node:test";
import { keepFor, keptFor } from "../../../../../exporters/console/lib/dashboard/kept.ts";

const QUERY = new URLSearchParams("range=1h&hide=4:read&hide=14:write&hide=4:a:b");

it("keeps values for each panel apart", () => {
  assert.deepEqual(keptFor(4, "hide", QUERY), ["read", "a:b"]);
  assert.deepEqual(keptFor(14, "hide", QUERY), ["write"]);
  assert.deepEqual(keptFor(4, "only", QUERY), []);
});

it("changes what is kept for one panel, and leaves the others theirs", () => {
  assert.deepEqual(keepFor(4, "hide", QUERY, ["pread64"]), { hide: ["14:write", "4:pread64"] });
  assert.deepEqual(keepFor(14, "hide", QUERY, []), { hide: ["4:read", "4:a:b"] });
});
