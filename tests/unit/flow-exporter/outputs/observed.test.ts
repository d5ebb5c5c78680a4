import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { createEndpoint, WORLD } from "../../../../exporters/flow-exporter/model/endpoint.ts";
import type { ObservedEdge } from "../../../../exporters/flow-exporter/model/observed-edge.ts";
import type { Graph, HubbleGraph } from "../../../../exporters/flow-exporter/outputs/http/answers.ts";
import { createApp } from "../../../../exporters/flow-exporter/outputs/http/app.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import type { View } from "../../../../exporters/flow-exporter/outputs/view.ts";
import { silent } from "../lib/log.ts";
import { observedEdge, toldPod } from "../lib/observed-edge.ts";
import { SOCKETS } from "../lib/sockets.ts";
import { viewOf } from "../lib/view.ts";
import { container, idOf } from "../lib/world.ts";

const [web, db] = ["web", "db"].map((name) => createEndpoint(name, "container")) as [typeof WORLD, typeof WORLD];
const pod = toldPod("prod/api-0");
const METRICS = { origin: "hubble-metrics" };

describe("what others observe, in /api/graph", () => {
  let server: Server;
  let current: View = viewOf(SOCKETS);
  const view = new Proxy({} as View, { get: (_target, name) => current[name as keyof View] });
  before(async () => {
    server = createServer(createApp(view, createMetrics(view), { pages: {}, allowedHosts: [], log: silent }));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());

  async function ask<Answer = Graph>(observed: ObservedEdge[], query = "", more: Partial<View> = {}): Promise<Answer> {
    current = viewOf(SOCKETS, { observed: () => observed, ...more });
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/graph?${query}`);
    return (await response.json()) as Answer;
  }
  const linksOf = ({ links }: Graph) =>
    links.map(({ source, destination, destination_port, origins }) =>
      [source, ">", `${destination}:${destination_port}`, ...origins].join(" "),
    );
  const OURS = ["web > db:5432 kernel", "web > world:443 kernel", 'host/a "b"\\c > web:80 kernel'];

  it("is nothing where nobody is asked", async () => {
    const graph = await ask([]);
    assert.deepEqual(linksOf(graph), OURS);
    assert.deepEqual([graph.links[0]?.observed, graph.nodes[0]?.origins], [[], ["kernel"]]);
  });

  it("is told at the link that it is about, by each who tells it", async () => {
    const http = {
      requests: 5,
      responses: 4,
      methods: new Map([["GET", 5]]),
      codes: new Map([
        ["503", 1],
        ["200", 3],
      ]),
      latencySeconds: { sum: 0.5, count: 4 },
    };
    const dns = { queries: 2, responses: 1, rcodes: new Map([["No Error", 1]]) };
    const told = { destinationPort: 5432, dropReasons: new Map([["POLICY_DENIED", 1]]), perSecond: 0.5, http, dns };
    const { links, nodes } = await ask([observedEdge(web, db, told), observedEdge(web, db, METRICS)]);
    const [link = assert.fail()] = links;
    assert.deepEqual(link.origins, ["kernel", "hubble:relay:4245", "hubble-metrics"]);
    assert.equal(link.sent_bytes, 4099);
    assert.deepEqual(link.observed[0], {
      origin: "hubble:relay:4245",
      events: 3,
      replies: 0,
      verdicts: [{ name: "FORWARDED", count: 3 }],
      drop_reasons: [{ name: "POLICY_DENIED", count: 1 }],
      types: [{ name: "Trace/to-endpoint", count: 3 }],
      http: {
        requests: 5,
        responses: 4,
        methods: [{ name: "GET", count: 5 }],
        codes: [
          { name: "200", count: 3 },
          { name: "503", count: 1 },
        ],
        latency_seconds: 0.125,
      },
      dns: { queries: 2, responses: 1, rcodes: [{ name: "No Error", count: 1 }] },
      per_second: 0.5,
      seen: "2030-01-01T00:00:00.000Z",
    });
    assert.deepEqual([link.observed[1]?.http, link.observed[1]?.per_second], [null, null]);
    assert.deepEqual(nodes.find(({ id }) => id === "db")?.origins, link.origins);
  });

  it("is a link without bytes where nobody else has seen it", async () => {
    const { links, nodes } = await ask([observedEdge(pod, web, { destinationPort: 8080 })], "", {
      sinceBootMs: () => 90_000,
    });
    const { source, halves, sent_bytes, connections, per_second, idle_seconds } = links.at(-1) ?? assert.fail();
    assert.deepEqual([source, halves, sent_bytes, connections, per_second], ["prod/api-0", "server", 0, 0, null]);
    assert.equal(idle_seconds, 90);
    const { kind, namespace, node, origins } = nodes.at(-1) ?? assert.fail();
    assert.deepEqual([kind, namespace, node, origins], ["container", "prod", "", ["hubble:relay:4245"]]);
  });

  it("has nothing of what is here where it is of another machine, be it of the same name", async () => {
    const { nodes, links } = await ask([observedEdge({ ...web, node: "b" }, pod)], "origin=hubble:relay:4245");
    const [node = assert.fail()] = nodes;
    assert.deepEqual([node.node, node.work, node.state, links[0]?.source_node], ["b", null, "", "b"]);
  });

  it("without a port is that of the only port there is", async () => {
    assert.equal(linksOf(await ask([observedEdge(web, db)]))[0], "web > db:5432 kernel hubble:relay:4245");
    const two = [
      observedEdge(pod, web, { destinationPort: 80 }),
      observedEdge(pod, web, { destinationPort: 81 }),
      observedEdge(pod, web, METRICS),
    ];
    assert.deepEqual(linksOf(await ask(two)).slice(OURS.length), [
      "prod/api-0 > web:80 hubble:relay:4245",
      "prod/api-0 > web:81 hubble:relay:4245",
      "prod/api-0 > web:0 hubble-metrics",
    ]);
  });

  it("has answers turned round where it is known who asks", async () => {
    const back = observedEdge(db, web, { flows: 5, verdicts: new Map([["DROPPED", 5]]) });
    const [both] = (await ask([observedEdge(web, db), back])).links;
    assert.deepEqual([both?.observed.length, both?.observed[0]?.events, both?.observed[0]?.replies], [1, 8, 5]);
    const graph = await ask([back]);
    assert.equal(graph.links.length, OURS.length);
    assert.deepEqual([graph.links[0]?.observed[0]?.events, graph.links[0]?.observed[0]?.replies], [5, 5]);
  });

  it("has answers turned round where one end alone asks for pages", async () => {
    const http = {
      requests: 1,
      responses: 0,
      methods: new Map(),
      codes: new Map(),
      latencySeconds: { sum: 0, count: 0 },
    };
    const graph = await ask([observedEdge(pod, WORLD), observedEdge(WORLD, pod, { http })]);
    assert.deepEqual(linksOf(graph).slice(OURS.length), ["world > prod/api-0:0 hubble:relay:4245"]);
    const unknown = await ask([observedEdge(pod, WORLD), observedEdge(WORLD, pod)]);
    assert.equal(unknown.links.length, OURS.length + 2);
  });

  it("leaves after an hour, and with the monitoring's own", async () => {
    const old = observedEdge(pod, web, { seenMs: Date.UTC(2030, 0, 1) - 3_600_001 });
    assert.deepEqual(linksOf(await ask([old])), OURS);
    const own = observedEdge(pod, { ...web, containerId: idOf("w") });
    assert.deepEqual(linksOf(await ask([own], "", { ownContainers: () => new Set([idOf("w")]) })), OURS);
  });

  it("leaves with the monitoring's own where others call these by project and name, or by pod", async () => {
    const running = [
      container("mon-prometheus", { id: idOf("p"), composeProject: "mon" }),
      container("exporter", { id: idOf("e"), pod: "exporter-7", namespace: "mon" }),
      container("shop-web", { id: idOf("s"), composeProject: "shop" }),
    ];
    const more = {
      containers: () => running.map((one) => ({ container: one, endpoint: one.name, services: [] })),
      ownContainers: () => new Set([idOf("p"), idOf("e")]),
    };
    const own = toldPod("mon/mon-prometheus");
    const told = [
      observedEdge(own, { ...createEndpoint("node/b", "node"), node: "b" }),
      observedEdge(own, own),
      observedEdge(pod, { ...own, node: "b" }),
      observedEdge(pod, toldPod("mon/exporter-7")),
      // Another's of the same name, another of the same project, and one that runs here and is not the monitoring's.
      observedEdge(pod, toldPod("shop/mon-prometheus")),
      observedEdge(pod, toldPod("mon/web")),
      observedEdge(pod, toldPod("shop/shop-web")),
    ];
    assert.deepEqual(linksOf(await ask(told, "", more)).slice(OURS.length), [
      "prod/api-0 > shop/mon-prometheus:0 hubble:relay:4245",
      "prod/api-0 > mon/web:0 hubble:relay:4245",
      "prod/api-0 > shop/shop-web:0 hubble:relay:4245",
    ]);
    assert.equal((await ask(told, "monitoring=1", more)).links.length, OURS.length + told.length);
  });

  it("is asked for by who tells it, and by verdict", async () => {
    const dropped = observedEdge(pod, web, { ...METRICS, verdicts: new Map([["DROPPED", 1]]) });
    const all = [observedEdge(web, db), dropped];
    assert.deepEqual(linksOf(await ask(all, "origin=kernel")).length, OURS.length);
    assert.deepEqual(linksOf(await ask(all, "origin=hubble:relay:4245")), ["web > db:5432 kernel hubble:relay:4245"]);
    assert.deepEqual(linksOf(await ask(all, "verdict=DROPPED")), ["prod/api-0 > web:0 hubble-metrics"]);
    const { error } = await ask<{ error: { message: string } }>(all, "verdict=LOST&origin=nobody");
    assert.match(
      error.message,
      /^origin must be kernel, hubble:relay:4245 or hubble-metrics \(given: "nobody"\)\. verdict must be FORWARDED, /,
    );
    assert.deepEqual(linksOf(await ask([], "origin=hubble-metrics")), [], "in the settings, and has told nothing yet");
  });

  it("gives Hubble UI's links their verdicts, and requests their latency", async () => {
    const http = {
      requests: 4,
      responses: 4,
      methods: new Map(),
      codes: new Map(),
      latencySeconds: { sum: 1, count: 4 },
    };
    const verdicts = new Map([
      ["FORWARDED", 9],
      ["DROPPED", 1],
    ]);
    const told = [observedEdge(web, db, { http, verdicts }), observedEdge(pod, web, { protocol: "icmpv4" })];
    const { links } = await ask<HubbleGraph>(told, "format=hubble");
    assert.deepEqual([links[0]?.verdict, links[0]?.latency.avg], [2, { seconds: 0, nanos: 250_000_000 }]);
    const { id, ipProtocol, verdict, flowAmount, bytesTransferred } = links.at(-1) ?? assert.fail();
    assert.deepEqual([id, ipProtocol, verdict, flowAmount, bytesTransferred], ["prod/api-0 ICMP_V4 web:0", 3, 1, 3, 0]);
  });
});
