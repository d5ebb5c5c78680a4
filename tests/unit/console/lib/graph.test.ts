import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { GraphLink, GraphNode } from "../../../../exporters/console/api/types.ts";
import {
  edgeId,
  edgeOf,
  edgeRate,
  failureShare,
  failureShareNow,
  inUseWithin,
  isLit,
  linkRate,
  mapModel,
  search,
  slowestRtt,
  structureOf,
} from "../../../../exporters/console/lib/graph.ts";

const node = (id: string, values: Partial<GraphNode> = {}): GraphNode => ({
  id,
  name: id,
  node: "lab",
  kind: "container",
  container_id: "",
  image: "",
  compose_project: "",
  compose_service: "",
  pod: "",
  namespace: "",
  services: [],
  pod_owner: "",
  state: "",
  health: "",
  restarts: 0,
  uptime_seconds: null,
  origins: ["kernel"],
  sent_bytes: 0,
  received_bytes: 0,
  work: null,
  ...values,
});

const link = (source: string, destination: string, port: number, values: Partial<GraphLink> = {}): GraphLink => ({
  source,
  destination,
  source_node: "lab",
  destination_node: "lab",
  destination_port: port,
  protocol: "tcp",
  halves: "both",
  sent_bytes: 10,
  received_bytes: 90,
  connections: 1,
  opened: 2,
  closed: 1,
  failed: 0,
  retransmits: 0,
  per_second: null,
  rtt_seconds: null,
  idle_seconds: 0,
  origins: ["kernel"],
  observed: [],
  ...values,
});

const graph = {
  nodes: [
    node("web", { compose_project: "shop", image: "nginx:1" }),
    node("db", { compose_project: "shop" }),
    node("host/curl", { kind: "process" }),
    node("world", { kind: "world" }),
  ],
  links: [link("web", "db", 5432), link("web", "db", 9187), link("db", "web", 80), link("host/curl", "web", 80)],
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
  it("has every end of a link, of one that is not listed its id alone", () => {
    const { nodes } = mapModel({ nodes: [node("a")], links: [link("a", "gone@node-x", 1)] });
    assert.deepEqual([...nodes.keys()], ["a", "gone@node-x"]);
    assert.deepEqual([nodes.get("gone@node-x")?.kind, nodes.get("gone@node-x")?.node], ["unknown", ""]);
  });

  it("draws one line for all ports of a direction", () => {
    const { edges } = mapModel(graph);
    assert.deepEqual([...edges.keys()], ["web\ndb", "db\nweb", "host/curl\nweb"]);
    const { links, bytes, opened, failed, failing } = edges.get("web\ndb") ?? assert.fail();
    assert.deepEqual([links.length, bytes, opened, failed, failing], [2, 200, 4, 0, false]);
  });

  it("draws ports that fail apart from those that work", () => {
    const dead = link("web", "db", 9999, { opened: 0, failed: 3 });
    const model = mapModel({ ...graph, links: [...graph.links, dead] });
    const [working, failing] = [...model.edges.values()].filter(({ source }) => source === "web");
    assert.deepEqual([working?.failing, working?.failed, working?.links.length], [false, 0, 2]);
    assert.deepEqual([failing?.failing, failing?.links, failing?.id], [true, [dead], edgeId(dead)]);
  });

  it("calls a port failing from one failure in ten attempts on", () => {
    const failing = (failed: number) => [
      ...mapModel({ ...graph, links: [link("a", "b", 1, { opened: 9, failed })] }).edges.values(),
    ];
    assert.deepEqual(
      [0, 1].map((failed) => failing(failed)[0]?.failing),
      [false, true],
    );
    assert.deepEqual(failureShare([{ opened: 9, failed: 1 }]), 0.1);
    assert.deepEqual(failureShare([{ opened: 0, failed: 0 }]), undefined);
  });

  it("goes by the last minute's failures, or by all where nobody has tried in it", () => {
    const bytes = { sent_bytes: 0, received_bytes: 0 };
    const mended = link("a", "b", 1, { opened: 9, failed: 90, per_second: { ...bytes, opened: 2, failed: 0 } });
    const quiet = { ...mended, per_second: { ...bytes, opened: 0, failed: 0 } };
    const unread = { ...mended, per_second: null };
    assert.deepEqual(
      [mended, quiet, unread].map((one) => failureShareNow([one])),
      [0, 90 / 99, 90 / 99],
    );
  });

  it("has the round-trip time of its slowest port", () => {
    const rtts = (...seconds: (number | null)[]) => {
      const links = seconds.map((rtt, port) => link("a", "b", port, { rtt_seconds: rtt }));
      return [...mapModel({ ...graph, links }).edges.values()].map(slowestRtt);
    };
    assert.deepEqual(rtts(0.001, null, 0.004), [0.004]);
    assert.deepEqual(rtts(null), [undefined]);
  });

  it("finds a chosen line again when its ports have begun or ceased to fail", () => {
    const failing = link("web", "cache", 6379, { opened: 0, failed: 3 });
    const working = { ...failing, opened: 300 };
    for (const [before, after] of [
      [failing, working],
      [working, failing],
    ] as const) {
      assert.deepEqual(edgeOf(mapModel({ ...graph, links: [after] }), edgeId(before))?.links, [after]);
    }
  });

  it("takes whatever a container or project is called for a name, on one line", () => {
    const names = ["constructor", "toString", "__proto__"];
    const nodes = names.map((name) => node(name, { compose_project: name }));
    const links = names.map((name, at) => link(name, names[at - 1] ?? "__proto__", 80));
    const odd = node("odd", { compose_project: "<img src=x>\nsh\u2028op" });
    const model = mapModel({ nodes: [...nodes, odd], links });
    assert.deepEqual([...model.nodes.keys()], [...names, "odd"]);
    assert.deepEqual(
      [...model.edges.values()].map(({ source }) => source),
      names,
    );
    assert.deepEqual(
      [...model.groups.values()].map(({ label }) => label),
      [...names, "<img src=x> sh op"],
    );
    assert.deepEqual(search(model, "proto")?.nodes, new Set(["__proto__"]));
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

describe("search", () => {
  const dead = link("web", "db", 9999, { opened: 0, failed: 3 });
  const model = mapModel({ ...graph, links: [...graph.links, dead] });
  const nodes = (text: string) => search(model, text)?.nodes;
  const lit = (text: string) => {
    const found = search(model, text) ?? assert.fail();
    return [...model.edges.values()].filter((edge) => isLit(edge, found)).map(({ id }) => id);
  };

  it("searches nothing for nothing", () => assert.equal(search(model, "  "), undefined));
  it("finds names, images and projects", () => {
    assert.deepEqual(nodes("CURL"), new Set(["host/curl"]));
    assert.deepEqual(nodes("nginx"), new Set(["web"]));
    assert.deepEqual(nodes("shop"), new Set(["web", "db"]));
  });
  it("lights the edges of what it finds by name", () => assert.deepEqual(lit("curl"), ["host/curl\nweb"]));
  it("finds the edges with a port and their ends, and nothing else", () => {
    assert.deepEqual([nodes("5432"), lit("5432")], [new Set(["web", "db"]), ["web\ndb"]]);
    assert.deepEqual([nodes(":9999"), lit(":9999")], [new Set(["web", "db"]), ["web\ndb\nfailing"]]);
    assert.equal(search(model, "9999")?.links.size, 1);
  });
  it("takes a number that is no port here for a text", () => assert.deepEqual(nodes("1"), new Set(["web"])));
  it("finds nothing where nothing is", () => assert.deepEqual(nodes("nowhere"), new Set()));
});

describe("rates", () => {
  const known = (sent_bytes: number, received_bytes: number) => ({
    per_second: { sent_bytes, received_bytes, opened: 0, failed: 0 },
  });

  it("of a link are those of both directions", () => {
    assert.equal(linkRate(link("web", "db", 5432, known(100, 20))), 120);
    assert.equal(linkRate(link("web", "db", 5432)), undefined);
  });

  it("of an edge are those of all its links that are known", () => {
    const edgeOf = (...links: GraphLink[]) => [...mapModel({ nodes: [], links }).edges.values()][0];
    const rateOf = (...links: GraphLink[]) => edgeRate(edgeOf(...links) ?? assert.fail("no edge"));
    assert.equal(rateOf(link("web", "db", 1, known(100, 20)), link("web", "db", 2, known(0, 3))), 123);
    assert.equal(rateOf(link("web", "db", 1, known(100, 20)), link("web", "db", 2)), 120);
    assert.equal(rateOf(link("web", "db", 1)), undefined);
  });
});
