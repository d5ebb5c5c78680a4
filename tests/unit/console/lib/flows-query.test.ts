import assert from "node:assert/strict";
import { it } from "node:test";
import { filterText, flowsPath, hashOfFlows, sortOf, wantedOf } from "../../../../exporters/console/lib/flows-query.ts";
import { parseRoute } from "../../../../exporters/console/lib/route.ts";
import { sortText } from "../../../../exporters/console/lib/sort.ts";

it("takes the filters it knows from an address", () => {
  const query = new URLSearchParams("container=web&port=80&state=&other=1");
  assert.deepEqual(wantedOf(query), { filters: { container: "web", port: "80" }, node: undefined, monitoring: false });
  assert.equal(filterText(wantedOf(query).filters), "container web, port 80");
});

it("leaves out a port that is none", () => {
  for (const port of ["99999", "0", "http"]) {
    assert.deepEqual(wantedOf(new URLSearchParams({ port, state: "open" })).filters, { state: "open" });
  }
});

it("asks the exporter for a filtered, sorted page", () => {
  const wanted = { filters: { container: "a b" }, node: undefined, monitoring: false };
  const path = flowsPath(wanted, { key: "start", descending: true }, { offset: 50, limit: 20_000 });
  assert.equal(path, "/api/flows?container=a+b&monitoring=0&sort=-start&nodes=all&limit=10000&offset=50");
});

it("shows the flows of what was pointed at, be it the monitoring's own", () => {
  const { query } = parseRoute(hashOfFlows({ container: "prometheus", port: undefined }));
  assert.deepEqual(wantedOf(query), { filters: { container: "prometheus" }, node: undefined, monitoring: true });
});

it("asks for one node, which the address has under another name than the map's choice", () => {
  const { query } = parseRoute(hashOfFlows({ container: "web", on: "node-b" }));
  const wanted = wantedOf(query);
  assert.equal(wanted.node, "node-b");
  const path = flowsPath(wanted, { key: "bytes", descending: true }, { offset: 0, limit: 100 });
  assert.match(path, /&nodes=all&node=node-b&/);
});

it("shows the largest flows first, of failed ones the newest, and keeps what is chosen", () => {
  assert.deepEqual(sortOf(null, {}), { key: "bytes", descending: true });
  assert.deepEqual(sortOf(null, { state: "failed" }), { key: "end", descending: true });
  for (const text of ["start", "-rtt_seconds"]) assert.equal(sortText(sortOf(text, { state: "failed" })), text);
});
