import assert from "node:assert/strict";
import { it } from "node:test";
import type { L7 } from "../../../../exporters/console/api/types.ts";
import { isTrouble, l7Text, rcodeText } from "../../../../exporters/console/lib/l7.ts";
import { toldFlows } from "../../../browser/lab/flows.ts";

const [page, name] = toldFlows().map(({ observed }) => observed?.l7) as [L7, L7];

it("tells a request and its answer in a few words", () => {
  assert.equal(l7Text(page), "GET /items?of=7 → 503 in 23.1 ms");
  assert.equal(l7Text({ ...page, type: "REQUEST", latency_seconds: null }), "GET /items?of=7");
  assert.equal(l7Text(name), "DNS A nobody.shop. → no such name");
  assert.equal(l7Text({ ...name, dns: null, type: "SAMPLE" }), "sample");
  assert.equal(rcodeText(42), "rcode 42");
});

it("takes what the server could not do, and names that nobody has, for trouble", () => {
  assert.deepEqual([page, name].map(isTrouble), [true, true]);
  const found = { ...page, http: page.http && { ...page.http, code: 404 } };
  assert.equal(isTrouble(found), false);
});
