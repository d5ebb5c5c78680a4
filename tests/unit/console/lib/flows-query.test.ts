import assert from "node:assert/strict";
import { it } from "node:test";
import { filtersOf, flowsPath, sortOf, sortText } from "../../../../exporters/console/lib/flows-query.ts";

it("takes the filters it knows from an address", () => {
  const query = new URLSearchParams("container=web&port=80&state=&other=1");
  assert.deepEqual(filtersOf(query), { container: "web", port: "80" });
});

it("asks the exporter for a filtered, sorted page", () => {
  const path = flowsPath({ container: "a b" }, { key: "start", descending: true }, { offset: 50, limit: 20_000 });
  assert.equal(path, "/api/flows?container=a+b&sort=-start&limit=10000&offset=50");
});

it("shows the largest flows first, and keeps what is chosen", () => {
  assert.deepEqual(sortOf(null), { key: "sent_bytes", descending: true });
  for (const text of ["start", "-rtt_seconds"]) assert.equal(sortText(sortOf(text)), text);
});
