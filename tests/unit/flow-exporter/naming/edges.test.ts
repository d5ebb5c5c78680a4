import assert from "node:assert/strict";
import { test } from "node:test";
import { createEdge } from "../../../../exporters/flow-exporter/model/edge.ts";
import { WORLD } from "../../../../exporters/flow-exporter/model/endpoint.ts";
import { Edges } from "../../../../exporters/flow-exporter/naming/edges.ts";
import { containerEndpoint, processEndpoint } from "../../../../exporters/flow-exporter/naming/endpoints.ts";
import { container } from "../lib/world.ts";

test("flows of the same process to the same port share one edge", () => {
  const edges = new Edges();
  const edge = edges.one(createEdge(processEndpoint("curl"), WORLD, 443, "tcp"));
  assert.equal(edges.one(createEdge(processEndpoint("curl"), WORLD, 443, "tcp")), edge);
  assert.notEqual(edges.one(createEdge(processEndpoint("curl"), WORLD, 80, "tcp")), edge);
});

test("a container that was replaced under its name has an edge with what is known of the new one", () => {
  const edges = new Edges();
  const to = (image: string) => createEdge(containerEndpoint(container("web", { image })), WORLD, 443, "tcp");
  const [before, after] = [to("image:1"), to("image:2")];
  assert.equal(before.key, after.key);
  assert.equal(edges.one(before).source.image, "image:1");
  assert.equal(edges.one(after).source.image, "image:2");
});
