import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "../../../start/errors.ts";
import { containerNamed } from "../../../start/tune/named.ts";

describe("the container that is to be tuned", () => {
  it("is called as Docker lets containers be called, or by its id", () => {
    for (const name of ["grafana", "shop-db-1", "A_b.c", "7f0c3a"]) assert.equal(containerNamed(name), name);
  });

  it("is refused where its name would lead elsewhere, or be no address at all", () => {
    for (const name of ["../../info", "..", "web/json", "web?x=1", "ä b", "-web", "web\n", ""]) {
      assert.throws(() => containerNamed(name), UsageError, name);
    }
    const message = 'Option --container takes the name of a container, not "a\\x1b[2Jb".';
    assert.throws(() => containerNamed("a\u001b[2Jb"), { message });
  });
});
