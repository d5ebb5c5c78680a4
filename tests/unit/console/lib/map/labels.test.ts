import assert from "node:assert/strict";
import { it } from "node:test";
import type { GraphNode } from "../../../../../exporters/console/api/types.ts";
import { headingOf, labelOf } from "../../../../../exporters/console/lib/map/labels.ts";
import { shop } from "../../../../browser/lab/graph.ts";

const known = shop(false, 0).nodes[0] ?? assert.fail();
const label = (values: Partial<GraphNode>) => labelOf({ ...known, ...values });

it("leaves out what the frame says", () => {
  assert.equal(label({ name: "shop-web-1", compose_project: "shop" }), "web-1");
  assert.equal(label({ name: "shop_web_1", compose_project: "shop" }), "web_1");
  assert.equal(label({ name: "host/sshd", kind: "process", compose_project: "" }), "sshd");
});

it("writes other names in full", () => {
  assert.equal(label({ name: "database", compose_project: "shop" }), "database");
  assert.equal(label({ name: "-leading", compose_project: "" }), "-leading");
  assert.equal(label({ name: "shop-", compose_project: "shop" }), "shop-");
});

it("cuts the middle out of a long name: replicas differ at the end", () => {
  const name = label({ name: "a-very-long-name-of-a-service-12", compose_project: "" });
  assert.equal(name, "a-very-long-na…ervice-12");
});

it("cuts the middle out of a project's long name", () => {
  assert.equal(headingOf({ id: "group", label: "shop" }), "shop");
  assert.equal(
    headingOf({ id: "group", label: "a".repeat(50) + "b".repeat(50) }),
    `${"a".repeat(19)}…${"b".repeat(12)}`,
  );
});
