import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import type { DagGraph, HubbleGraph, HubbleLink } from "../../../../exporters/flow-exporter/outputs/http/answers.ts";
import { createApp } from "../../../../exporters/flow-exporter/outputs/http/app.ts";
import { AllNodes } from "../../../../exporters/flow-exporter/outputs/nodes/all-nodes.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import { silent } from "../lib/log.ts";
import { SOCKETS } from "../lib/sockets.ts";
import { storedEdge, storedEnd, storedReading } from "../lib/stored-edge.ts";
import { viewOf } from "../lib/view.ts";
import { container } from "../lib/world.ts";

const web = storedEnd("web", "lab", { namespace: "shop", service: "web", containerId: "id-web", image: "nginx:1" });
const pod = storedEnd("shop/web-0", "b", { namespace: "shop", pod: "web-0", containerId: "id-pod" });
const world = storedEnd("", "");

const EDGES = [
  storedEdge({
    source: web,
    destination: pod,
    sentBytes: 10,
    receivedBytes: 90,
    opened: 3,
    failed: 1,
    rttSeconds: 1.5,
  }),
  storedEdge({ source: web, destination: pod, destinationPort: 0, protocol: "udp", receivedBytes: 7 }),
  storedEdge({ source: pod, destination: world, failed: 2 }),
];

describe("/api/graph in others' shapes", () => {
  let server: Server;
  const startedAt = "2030-01-31T12:00:00.25Z";
  const known = container("web", { condition: { state: "running", health: "", restarts: 0, startedAt } });
  const view = viewOf(SOCKETS, { containers: () => [{ container: known, endpoint: "web", services: [] }] });
  before(async () => {
    const store = { edges: async () => storedReading(EDGES), flows: async () => ({ total: 0, rows: [] }) };
    const options = { pages: {}, allowedHosts: [], nodes: new AllNodes(store, "lab"), log: silent };
    server = createServer(createApp(view, createMetrics(view), options)).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());

  async function ask<Answer>(query: string, expected = 200): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/graph?${query}`);
    assert.equal(response.status, expected);
    return (await response.json()) as Answer;
  }
  const idsOf = ({ links }: HubbleGraph) => links.map(({ id }) => id);

  describe("format=hubble", () => {
    it("has this node's services, with what is known of them", async () => {
      const { services, scope, left_out } = await ask<HubbleGraph>("format=hubble");
      assert.deepEqual([scope.shown, left_out], ["this", 7]);
      assert.deepEqual(services[0], {
        id: "web",
        name: "web",
        namespace: "",
        labels: [],
        dnsNames: [],
        egressPolicyEnforced: false,
        ingressPolicyEnforced: false,
        visibilityPolicyStatus: "",
        creationTimestamp: { seconds: Date.parse("2030-01-31T12:00:00Z") / 1_000, nanos: 250_000_000 },
      });
      assert.deepEqual(
        services.slice(2).map(({ labels }) => labels.map(({ key }) => key)),
        [["reserved:world"], ["reserved:host"]],
      );
      assert.deepEqual(services[2]?.creationTimestamp, { seconds: 0, nanos: 0 });
    });

    it("has this node's links, with their numbers as Hubble UI has them", async () => {
      const graph = await ask<HubbleGraph>("format=hubble");
      assert.deepEqual(graph.links[0], {
        id: "web TCP db:5432",
        sourceId: "web",
        destinationId: "db",
        destinationPort: 5432,
        ipProtocol: 1,
        verdict: 1,
        flowAmount: 1,
        bytesTransferred: 4099 + 1031,
        latency: { min: { seconds: 0, nanos: 0 }, max: { seconds: 0, nanos: 0 }, avg: { seconds: 0, nanos: 200_000 } },
      });
      assert.deepEqual(idsOf(graph), ["web TCP db:5432", "web TCP world:443", 'host/a "b"\\c TCP web:80']);
    });

    it("is of all nodes too", async () => {
      const graph = await ask<HubbleGraph>("format=hubble&nodes=all");
      assert.deepEqual(idsOf(graph), [
        "web@lab TCP shop/web-0@b:5432",
        "web@lab UDP shop/web-0@b:0",
        "shop/web-0@b TCP world:5432",
      ]);
      const [first, second, third] = graph.links as [HubbleLink, HubbleLink, HubbleLink];
      assert.deepEqual([first.flowAmount, first.latency.avg], [4, { seconds: 1, nanos: 500_000_000 }]);
      assert.deepEqual([second.destinationPort, second.ipProtocol, second.bytesTransferred], [0, 2, 7]);
      assert.deepEqual([first.verdict, second.verdict, third.verdict], [1, 1, 0], "connects have only failed");
      const [here, there] = graph.services;
      assert.deepEqual([here?.namespace, there?.namespace], ["shop", "shop"]);
      assert.deepEqual(here?.labels, [
        { key: "container:com.docker.compose.project", value: "shop" },
        { key: "container:com.docker.compose.service", value: "web" },
      ]);
      assert.deepEqual(there?.labels, [{ key: "k8s:io.kubernetes.pod.namespace", value: "shop" }]);
      assert.notEqual(here?.creationTimestamp.seconds, 0);
      assert.equal(there?.creationTimestamp.seconds, 0, "only this node's containers are known");
    });
  });

  describe("format=dag", () => {
    it("has each node by its id, and one link for two ends", async () => {
      const { dag_nodes, dag_links, scope } = await ask<DagGraph>("format=dag&nodes=all");
      assert.deepEqual(scope.nodes, ["b", "lab"]);
      assert.deepEqual(dag_nodes, {
        "web@lab": {
          agent_guid: "lab",
          guid: "id-web",
          id: "web@lab",
          image: "nginx:1",
          name: "web",
          platform: "docker",
          pod: "",
        },
        "shop/web-0@b": {
          agent_guid: "b",
          guid: "id-pod",
          id: "shop/web-0@b",
          image: "",
          name: "shop/web-0",
          platform: "kubernetes",
          pod: "web-0",
        },
        world: { agent_guid: "", guid: "", id: "world", image: "", name: "world", platform: "", pod: "" },
      });
      assert.deepEqual(dag_links, [
        { source: "web@lab", target: "shop/web-0@b", traceIds: [], value: 107 },
        { source: "shop/web-0@b", target: "world", traceIds: [], value: 0 },
      ]);
    });

    it("is of this node unless all are asked for", async () => {
      const { dag_nodes, dag_links } = await ask<DagGraph>("format=dag");
      assert.deepEqual(
        dag_links.map(({ source, target, value }) => [source, target, value]),
        [
          ["web", "db", 5130],
          ["web", "world", 5],
          ['host/a "b"\\c', "web", 0],
        ],
      );
      assert.equal(dag_nodes['host/a "b"\\c']?.platform, "host");
    });
  });

  it("refuses a shape that it does not know", async () => {
    const { error } = await ask<{ error: { message: string } }>("format=dot", 400);
    assert.equal(error.message, 'format must be hubble or dag (given: "dot").');
  });
});
