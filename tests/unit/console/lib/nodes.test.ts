import assert from "node:assert/strict";
import { it } from "node:test";
import { seenBy } from "../../../../exporters/console/lib/nodes.ts";

it("says which nodes have told of a flow, and how the end is known of which none has", () => {
  const between = { source_node: "a", destination_node: "b" };
  assert.equal(seenBy({ ...between, halves: "both" }), "both ends");
  assert.equal(seenBy({ ...between, halves: "client" }), "its client’s node only; the other end by its address");
  assert.equal(seenBy({ ...between, halves: "server", source_node: "" }), "its server’s node only");
});
