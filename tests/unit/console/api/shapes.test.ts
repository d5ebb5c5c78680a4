import assert from "node:assert/strict";
import { it } from "node:test";
import { missingIn } from "../../../../exporters/console/api/shapes.ts";

it("an answer without what its page shows is not whole", () => {
  assert.equal(missingIn({ scope: {}, nodes: [], links: [] }, "/api/graph?nodes=all"), undefined);
  assert.equal(missingIn({}, "/api/graph"), "nodes");
  assert.equal(missingIn({ nodes: [], links: {}, scope: {} }, "/api/graph"), "links");
  assert.equal(missingIn({ nodes: [], links: [], scope: null }, "/api/graph"), "scope");
  for (const body of [null, 7, "text"]) assert.equal(missingIn(body, "/api/prometheus/query"), "all of it");
  assert.equal(missingIn({}, "/api/prometheus/query"), undefined);
});
