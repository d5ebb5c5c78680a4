import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Graph, GraphLink, GraphNode } from "../../../../exporters/console/api/types.ts";
import { edgeId, inUseWithin, mapModel, searchNodes, structureOf } from "../../../../exporters/console/lib/graph.ts";

const node = (id: string, values: Partial<GraphNode> = {}): GraphNode => ({
  id,
  kind: "container",
  container_id: "",
  image: "",
  compose_project: "",
  compose_service: "",
  pod: "",
  namespace: "",
  sent_bytes: 0,
  received_bytes: 0,
  ...values,
});

const link = (source: string, destination: string, port: number, values: Partial<GraphLink> = {}): GraphLink => ({
  source,
  destination,
  destination_port: port,
  protocol: "tcp",
  sent_bytes: 10,
  received_bytes: 90,
  connections: 1,
  opened: 2,
  closed: 1,
  failed: 0,
  retransmits: 0,
  idle_seconds: 0,
  ...values,
});

const graph: Graph = {
  left_out: 0,
  nodes: [
    node("web", { compose_project: "shop", image: "nginx:1" }),
    node("db", { compose_project: "shop" }),
    node("host/curl", { kind: "process" }),
    node("world", { kind: "world" }),
  ],
  links: [
    link("web", "db", 5432),
    link("web", "db", 9187, { failed: 3 }),
    link("db", "web", 80),
    link("host/curl", "web", 80),
  ],
};

describe("inUseWithin", () => {
  it("leaves out links that were unused for longer, and nodes at the end of no other", () => {
    const links = [link("web", "db", 5432, { idle_seconds: 300 }), link("host/curl", "web", 80, { idle_seconds: 301 })];
    const shown = inUseWithin({ ...graph, links }, 300);
    assert.deepEqual(
      shown.nodes.map(({ id }) => id),
      ["web", "db"],
    );
    assert.deepEqual(shown.links, links.slice(0, 1));
  });
});

describe("mapModel", () => {
  it("draws one line for all ports of a direction", () => {
    const { edges } = mapModel(graph);
    assert.deepEqual([...edges.keys()], ["web\ndb", "db\nweb", "host/curl\nweb"]);
    const { links, bytes, opened, failed } = edges.get(edgeId({ source: "web", destination: "db" })) ?? assert.fail();
    assert.deepEqual([links.length, bytes, opened, failed], [2, 200, 4, 3]);
  });

  it("frames projects and the host's processes, and nothing else", () => {
    const labels = [...mapModel(graph).groups.values()].map(({ label }) => label);
    assert.deepEqual(labels, ["shop", "this host"]);
  });
});

describe("structureOf", () => {
  it("stays while only bytes change, and in whatever order they come", () => {
    const busier = {
      ...graph,
      nodes: graph.nodes.toReversed(),
      links: graph.links.map((one) => ({ ...one, sent_bytes: 999 })),
    };
    assert.equal(structureOf(mapModel(graph)), structureOf(mapModel(busier)));
  });

  it("changes with a new edge", () => {
    const more = { ...graph, links: [...graph.links, link("db", "world", 443)] };
    assert.notEqual(structureOf(mapModel(graph)), structureOf(mapModel(more)));
  });
});

describe("searchNodes", () => {
  const found = (text: string) => searchNodes(mapModel(graph), text);
  it("searches nothing for nothing", () => assert.equal(found("  "), undefined));
  it("finds names, images and projects", () => {
    assert.deepEqual(found("CURL"), new Set(["host/curl"]));
    assert.deepEqual(found("nginx"), new Set(["web"]));
    assert.deepEqual(found("shop"), new Set(["web", "db"]));
  });
  it("finds who serves a port", () => assert.deepEqual(found("5432"), new Set(["db"])));
  it("finds nothing where nothing is", () => assert.deepEqual(found("nowhere"), new Set()));
});
