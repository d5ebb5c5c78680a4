import assert from "node:assert/strict";
import { it } from "node:test";
import { type Choice, changeTo, choiceOf } from "../../../../exporters/console/lib/choice.ts";
import { hashOf, parseRoute } from "../../../../exporters/console/lib/route.ts";

it("comes back from the address as it was written there", () => {
  const choices: Choice[] = [
    { kind: "node", id: "host/a b&c" },
    { kind: "edge", id: "web\ndb\nfailing" },
  ];
  for (const choice of choices) {
    assert.deepEqual(choiceOf(parseRoute(hashOf("map", "", { ...changeTo(choice) })).query), choice);
  }
});

it("replaces the choice before, or takes it away", () => {
  assert.deepEqual(changeTo({ kind: "edge", id: "a\nb" }), { node: undefined, edge: "a\nb" });
  assert.deepEqual(changeTo(undefined), { node: undefined, edge: undefined });
  assert.equal(choiceOf(new URLSearchParams("search=a")), undefined);
});
