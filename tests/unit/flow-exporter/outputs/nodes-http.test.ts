import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Graph, GraphLink, GraphNode } from "../../../../exporters/flow-exporter/outputs/http/answers.ts";
import { createApp } from "../../../../exporters/flow-exporter/outputs/http/app.ts";
import { AllNodes, type NodesStore } from "../../../../exporters/flow-exporter/outputs/nodes/all-nodes.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import { StoreError } from "../../../../exporters/flow-exporter/store/error.ts";
import type { FlowQuery } from "../../../../exporters/flow-exporter/store/store.ts";
import { silent } from "../lib/log.ts";
import { SOCKETS } from "../lib/sockets.ts";
import { STORE_MS, storedEdge, storedEnd, storedReading } from "../lib/stored-edge.ts";
import { viewOf } from "../lib/view.ts";
import { container, idOf } from "../lib/world.ts";

/** The name that the view of the tests gives this node. */
const HERE = "lab";
const AWAY = new StoreError("UNREACHABLE", "connect ECONNREFUSED");
const OWN = { image: "registry/prometheus:3", namespace: "flowtally" };
const web = storedEnd("web", HERE, { namespace: "shop", containerId: "id-web" });
const far = storedEnd("web", "b", { namespace: "prod", pod: "web-0" });

const EDGES = [
  storedEdge({ source: web, destination: far, sentBytes: 10, receivedBytes: 90, connections: 1, rttSeconds: 0.5 }),
  storedEdge({ source: storedEnd("", ""), destination: web, sentBytes: 5, lastSeenMs: STORE_MS - 90_000 }),
  storedEdge({ source: far, destination: storedEnd("", ""), destinationPort: 0 }),
  storedEdge({ source: storedEnd("prometheus", "b", OWN), destination: far }),
];

interface Answer {
  status: number;
  body: Graph & { error: { code: string; message: string } };
}

describe("/api/graph over all nodes", () => {
  const store: NodesStore = {
    edges: async () => storedReading(EDGES),
    flows: async () => ({ total: 0, rows: [] }),
  };
  let asked: FlowQuery[] = [];
  let current: AllNodes | undefined;
  let server: Server;
  const view = viewOf(SOCKETS, {
    containers: () =>
      [container("prometheus", { id: idOf("p"), image: OWN.image, composeProject: OWN.namespace })].map((one) => ({
        container: one,
        endpoint: one.name,
        services: [],
      })),
    ownContainers: () => new Set([idOf("p")]),
  });
  const serve = async (nodes: AllNodes | undefined) => {
    const options = { pages: {}, allowedHosts: [], nodes, log: silent };
    const made = createServer(createApp(view, createMetrics(view), options)).listen(0, "127.0.0.1");
    await once(made, "listening");
    return made;
  };
  before(async () => {
    const nodes = { look: () => current?.look(), flows: (query: FlowQuery) => current?.flows(query) };
    server = await serve(nodes as AllNodes);
  });
  after(() => server.close());
  beforeEach(() => {
    asked = [];
    use(store);
  });

  function use({ edges, flows }: NodesStore): void {
    const told = (query: FlowQuery) => {
      asked.push(query);
      return flows(query);
    };
    current = new AllNodes({ edges, flows: told }, HERE);
  }
  const ask = async (where: string, from = server): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${(from.address() as AddressInfo).port}${where}`);
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  };
  const linksOf = ({ links }: Graph) => links.map(({ source, destination }) => `${source} > ${destination}`);

  it("has each endpoint by its name and its node, and each edge with both", async () => {
    const { body } = await ask("/api/graph?nodes=all");
    assert.deepEqual(body.scope, {
      node: HERE,
      shown: "all",
      nodes: ["b", HERE],
      reason: null,
      since: "2030-01-31T11:00:00.000Z",
      edges_left_out: 0,
    });
    assert.deepEqual(
      body.nodes.map(({ id, name, node, kind, compose_project, namespace, pod }: GraphNode) => [
        ...[id, name, node, kind],
        ...[compose_project, namespace, pod],
      ]),
      [
        ["web@lab", "web", HERE, "container", "shop", "", ""],
        ["web@b", "web", "b", "container", "", "prod", "web-0"],
        ["world", "world", "", "world", "", "", ""],
      ],
    );
    const [link] = body.links as [GraphLink];
    assert.deepEqual(
      [link.source, link.source_node, link.destination, link.destination_node, link.halves],
      ["web@lab", HERE, "web@b", "b", "both"],
    );
    assert.deepEqual([link.sent_bytes, link.received_bytes, link.rtt_seconds, link.per_second], [10, 90, 0.5, null]);
  });

  it("says what is only one half, and of which end", async () => {
    const { body } = await ask("/api/graph?nodes=all");
    assert.deepEqual(
      body.links.map(({ source, destination, halves }) => [source, destination, halves]),
      [
        ["web@lab", "web@b", "both"],
        ["world", "web@lab", "server"],
        ["web@b", "world", "client"],
      ],
    );
    assert.equal(body.links[2]?.destination_port, "~many");
  });

  it("leads to an end that is known by its address only, and says that its node has not told of it", async () => {
    const edge = storedEdge({ source: web, destination: far, halves: "client", connections: 1 });
    use({ ...store, edges: async () => storedReading([edge]) });
    const { links, scope } = (await ask("/api/graph?nodes=all&node=b")).body;
    assert.deepEqual(
      links.map(({ source, destination, destination_node, halves }) => [source, destination, destination_node, halves]),
      [["web@lab", "web@b", "b", "client"]],
    );
    assert.deepEqual(scope.nodes, ["b", HERE]);
  });

  it("adds each endpoint's bytes up over its edges", async () => {
    const { nodes } = (await ask("/api/graph?nodes=all")).body;
    const sums = nodes.map(({ id, sent_bytes, received_bytes }) => [id, sent_bytes, received_bytes]);
    assert.deepEqual(sums, [
      ["web@lab", 10, 95],
      ["web@b", 90, 10],
      ["world", 5, 0],
    ]);
  });

  it("takes an open connection for in use while its node writes, whatever it carries", async () => {
    const old = { lastSeenMs: STORE_MS - 600_000, source: web };
    const held = storedEdge({ ...old, destination: far, connections: 1 });
    const idle = (edges: typeof EDGES) => {
      use({ ...store, edges: async () => storedReading(edges) });
      return ask("/api/graph?nodes=all").then(({ body }) => body.links.map(({ idle_seconds }) => idle_seconds));
    };
    assert.deepEqual(await idle([held]), [600]);
    assert.deepEqual(await idle([held, storedEdge({ ...old, destination: far, destinationPort: 1 })]), [600, 600]);
    assert.deepEqual(await idle([storedEdge({ source: far, destination: far }), held]), [0, 0]);
    const there = storedEdge({ ...old, source: far, destination: far, connections: 1 });
    const untold = storedEdge({ source: web, destination: far, halves: "client" });
    assert.deepEqual(await idle([untold, there]), [0, 600]);
  });

  it("shows the monitoring's own on every node when asked", async () => {
    const { body } = await ask("/api/graph?nodes=all&monitoring=1");
    assert.equal(linksOf(body).at(-1), "prometheus@b > web@b");
  });

  it("takes edges with an end at one node", async () => {
    assert.deepEqual(linksOf((await ask("/api/graph?nodes=all&node=lab")).body), [
      "web@lab > web@b",
      "world > web@lab",
    ]);
  });

  it("has nothing of what others tell, which no store keeps", async () => {
    const all = (await ask("/api/graph?nodes=all&origin=kernel")).body;
    assert.deepEqual([all.links.length, all.links[0]?.origins, all.links[0]?.observed], [3, ["kernel"], []]);
    for (const query of ["origin=hubble-metrics", "verdict=DROPPED"]) {
      const { nodes, links } = (await ask(`/api/graph?nodes=all&${query}`)).body;
      assert.deepEqual([nodes, links], [[], []], query);
      const { flows } = (await ask(`/api/flows?nodes=all&${query}`)).body as unknown as { flows: unknown[] };
      assert.deepEqual(flows, [], query);
    }
  });

  it("is of this node, as ever, unless all are asked for", async () => {
    const { body } = await ask("/api/graph");
    assert.deepEqual([body.scope.shown, body.scope.nodes], ["this", [HERE]]);
    assert.equal(linksOf(body)[0], "web > db");
    assert.deepEqual([body.nodes[0]?.node, body.links[0]?.source_node], [HERE, HERE]);
  });

  it("is of this node while no other has told of anything", async () => {
    use({ ...store, edges: async () => storedReading([]) });
    const { body } = await ask("/api/graph?nodes=all");
    assert.deepEqual([body.scope.shown, body.scope.reason], ["this", null]);
    assert.equal(linksOf(body)[0], "web@lab > db@lab");
  });

  it("is of this node while the store is away, and says so", async () => {
    use({ ...store, edges: () => Promise.reject(AWAY) });
    const { status, body } = await ask("/api/graph?nodes=all");
    const reason = { code: "STORE_UNREACHABLE", message: "connect ECONNREFUSED" };
    assert.deepEqual([status, body.scope.shown, body.scope.reason], [200, "this", reason]);
    assert.equal(linksOf(body)[0], "web@lab > db@lab");
    assert.deepEqual((await ask("/api/graph?nodes=all&node=b")).body.links, []);
  });

  it("is of this node where no store is shared", async (t) => {
    const alone = await serve(undefined);
    t.after(() => alone.close());
    const { body } = await ask("/api/graph?nodes=all&node=lab", alone);
    assert.deepEqual([body.scope.shown, linksOf(body)[0]], ["this", "web > db"]);
  });

  for (const [query, message] of [
    ["nodes=some", 'nodes must be this or all (given: "some").'],
    ["node=b", "node can be given only with nodes=all."],
    ["nodes=all&node=", 'node must be the name of a node (given: "").'],
    ["nodes=all&node=x", 'node must be one that has had an end of a flow within the hour: b, lab (given: "x").'],
  ] as const) {
    it(`refuses ${query}`, async () => {
      for (const where of ["graph", "flows"]) {
        const { status, body } = await ask(`/api/${where}?${query}`);
        assert.deepEqual([status, body], [400, { error: { code: "BAD_QUERY", message } }]);
      }
    });
  }

  it("asks the store for flows as it is asked itself", async () => {
    const words =
      "container=web&search=x&port=80&source_port=4&protocol=tcp&state=open&monitoring=0&sort=-bytes&limit=7";
    await ask(`/api/flows?nodes=all&node=b&${words}&offset=3&since=5`);
    await ask("/api/flows?nodes=all&container=world");
    assert.deepEqual(asked, [
      {
        ...{ node: "b", endpoint: "web", search: "x", port: 80, sourcePort: 4, protocol: "tcp", state: "open" },
        ...{ sinceMs: 5_000, without: [OWN], sort: { by: "bytes", descending: true }, limit: 7, offset: 3 },
      },
      {
        ...{ node: undefined, endpoint: "", search: undefined, port: undefined, sourcePort: undefined },
        ...{ protocol: undefined, state: undefined, sinceMs: undefined, without: [] },
        ...{ sort: { by: "first_seen", descending: true }, limit: 100, offset: 0 },
      },
    ]);
  });

  it("asks the store for no moment that no database takes", async () => {
    await ask("/api/flows?nodes=all&since=99999999999999999999");
    assert.deepEqual(
      asked.map(({ sinceMs }) => sinceMs),
      [Number.MAX_SAFE_INTEGER],
    );
  });

  it("refuses what no database takes", async () => {
    const refuse = () => Promise.reject(new StoreError("BAD_QUERY", "invalid byte sequence"));
    use({ ...store, flows: refuse });
    const { status, body } = await ask("/api/flows?nodes=all&search=%00");
    assert.deepEqual([status, body], [400, { error: { code: "BAD_QUERY", message: "invalid byte sequence." } }]);
  });

  it("lists this node's flows where the store fails just then", async () => {
    use({ ...store, flows: () => Promise.reject(AWAY) });
    const { status, body } = await ask("/api/flows?nodes=all&port=5432");
    const { scope, flows } = body as unknown as {
      scope: Graph["scope"];
      flows: { source: string; source_node: string }[];
    };
    assert.deepEqual([status, scope.shown, scope.reason?.code], [200, "this", "STORE_UNREACHABLE"]);
    assert.deepEqual(
      flows.map(({ source, source_node }) => [source, source_node]),
      [["web", HERE]],
    );
  });
});
