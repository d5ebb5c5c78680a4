import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ClusterServices } from "../../../../exporters/flow-exporter/metadata/kubernetes/api/cluster-services.ts";
import type { ClusterService, EndpointSlice } from "../../../../exporters/flow-exporter/model/cluster-service.ts";
import { NETNS_OWNER, PROTOCOL, ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import type { SocketValues } from "../lib/rows.ts";
import { container, HOST_ADDRESS, idOf, process, rows, world } from "../lib/world.ts";

const { tcp, udp } = PROTOCOL;
const WEB: ClusterService = {
  name: "web",
  namespace: "shop",
  addresses: ["10.96.0.10", "203.0.113.80"],
  ports: [{ name: "http", protocol: tcp, port: 80, nodePort: 30_080 }],
};
const SSH: ClusterService = {
  name: "ssh",
  namespace: "shop",
  addresses: ["10.96.0.11", "203.0.113.80"],
  ports: [{ name: "", protocol: tcp, port: 22, nodePort: 0 }],
};

function slice(pods: Record<string, string>, values: Partial<EndpointSlice> = {}): EndpointSlice {
  const endpoints = Object.entries(pods).map(([pod, address]) => ({ addresses: [address], pod, node: "node-2" }));
  return {
    namespace: "shop",
    service: "web",
    ports: [{ name: "http", protocol: tcp, port: 8080 }],
    endpoints,
    ...values,
  };
}

function clusterOf(...slices: EndpointSlice[]): ClusterServices {
  const cluster = new ClusterServices();
  const services: [string, ClusterService][] = [
    ["shop/web", WEB],
    ["shop/ssh", SSH],
  ];
  cluster.takeServices({ isWhole: true, set: services, removed: [] });
  cluster.takeSlices({ isWhole: true, set: slices.map((one, at) => [`shop/${at}`, one]), removed: [] });
  return cluster;
}

/** Whom a pod on this machine calls. */
function called(destination: string, cluster: ClusterServices, values: Partial<SocketValues> = {}) {
  const table = new FlowTable();
  const seen = world({ cluster, containers: [LOCAL] });
  const socket = { cookie: 1, pid: 1, source: "192.168.1.10:40000", destination, role: ROLE.client, ...values };
  // A second read ends the wait for an other end.
  for (const read of [rows(socket), rows(socket)]) table.update(read, seen);
  const [flow] = table.flows;
  const { destination: end, destinationPort } = flow?.edge ?? assert.fail("no edge");
  const { name, kind, node, pod, namespace } = end;
  return { words: `${name}:${destinationPort}`, kind, node, pod, namespace };
}

const LOCAL = container("shop/web-here", { id: idOf("e"), podUid: "here", addresses: ["10.244.0.7"] });
const TWO = { "web-1": "10.244.1.1", "web-2": "10.244.1.2" };

describe("services of Kubernetes, where nothing else says who has answered", () => {
  test("the service has answered, at its own port, where several are behind it", () => {
    const seen = called("10.96.0.10:80", clusterOf(slice(TWO)));
    assert.deepEqual(seen, {
      words: "service/shop/web:80",
      kind: "service",
      node: undefined,
      pod: "",
      namespace: "shop",
    });
  });

  test("the only pod behind it has, at the pod's port, unless it is on this machine, where its own end tells", () => {
    const remote = called("10.96.0.10:80", clusterOf(slice({ "web-1": "10.244.1.1" })));
    assert.deepEqual(remote, {
      words: "shop/web-1:8080",
      kind: "container",
      node: "node-2",
      pod: "web-1",
      namespace: "shop",
    });
    assert.equal(called("10.96.0.10:80", clusterOf(slice({ "web-here": "10.244.0.7" }))).words, "service/shop/web:80");
  });

  test("nobody is behind a port that it does not have", () => {
    assert.equal(called("10.96.0.10:81", clusterOf(slice({ "web-1": "10.244.1.1" }))).words, "service/shop/web:81");
    assert.equal(called("10.96.0.10:80", clusterOf()).words, "service/shop/web:80");
  });

  test("a port of every machine leads to it, for its protocol", () => {
    assert.equal(called(`${HOST_ADDRESS}:30080`, clusterOf(slice(TWO))).words, "service/shop/web:80");
    const datagrams = called(`${HOST_ADDRESS}:30080`, clusterOf(slice(TWO)), { protocol: udp });
    assert.equal(datagrams.words, "host/~unknown:30080");
  });

  test("who has answered on this machine is seen, whoever else is behind it", () => {
    const here = container("shop/web-here", { id: idOf("e"), pid: 700, podUid: "here", addresses: ["10.244.0.7"] });
    const caller = container("shop/caller", { id: idOf("f"), pid: 800, podUid: "caller", addresses: ["10.244.0.8"] });
    const processes = [1, 700, 800].map((pid) => process(pid, { netns: pid }));
    const pod = { uid: "here", name: "web-here", namespace: "shop", addresses: [], hostNetwork: false };
    const cluster = clusterOf(slice({ ...TWO, "web-here": "10.244.0.7" }));
    const seen = world({ cluster, processes, containers: [here, caller], pods: [pod] });
    const client = { cookie: 1, pid: 800, netns: 800, source: "10.244.0.8:40000", destination: "10.96.0.10:80" };
    const server = { cookie: 2, pid: 700, netns: 700, source: "10.244.0.7:8080", destination: "10.244.0.8:40000" };
    const table = new FlowTable();
    table.update(rows({ ...client, role: ROLE.client }, { ...server, role: ROLE.server }), seen);
    const edges = [...table.flows].map(
      ({ edge }) => edge && [edge.source.name, edge.destination.name, edge.destinationPort],
    );
    assert.deepEqual(edges, [["shop/caller", "shop/web-here", 8080]]);
  });

  test("services that share an external address are told apart by their ports", () => {
    const cluster = clusterOf(slice(TWO));
    assert.equal(called("203.0.113.80:22", cluster).words, "service/shop/ssh:22");
    assert.equal(called("203.0.113.80:80", cluster).words, "service/shop/web:80");
  });

  test("a pod on another machine is known where it serves, and nowhere else at that address", () => {
    const cluster = clusterOf(slice(TWO));
    assert.deepEqual(called("10.244.1.2:8080", cluster).words, "shop/web-2:8080");
    assert.deepEqual(called("10.244.1.2:8080", cluster, { protocol: udp }).words, "world:8080");
    assert.deepEqual(called("10.244.1.2:22", cluster).words, "world:22");
    assert.equal(called("10.244.0.7:9", cluster).words, "shop/web-here:9", "the kubelet knows better");
  });

  test("what is no pod has no name", () => {
    const elsewhere = slice({ "": "198.51.100.7" });
    assert.equal(called("198.51.100.7:8080", clusterOf(elsewhere)).words, "world:8080");
    assert.equal(called("10.96.0.10:80", clusterOf(elsewhere)).words, "service/shop/web:80");
  });

  test("who has made a network namespace that is apart calls no service", () => {
    const apart = { netns: 77, netnsOwner: NETNS_OWNER.user };
    assert.equal(called("10.96.0.10:80", clusterOf(slice(TWO)), apart).words, "world:80");
  });

  test("what goes takes its names with it, and leaves those of others at the same place", () => {
    const cluster = clusterOf(slice(TWO), slice({ "web-1": "10.244.1.1" }, { service: "other" }));
    assert.deepEqual(cluster.ofPod("shop", "web-1", "10.244.1.1"), ["other", "web"]);
    cluster.takeSlices({ isWhole: false, set: [], removed: ["shop/0"] });
    assert.equal(cluster.podAt("10.244.1.1", tcp, 8080)?.name, "web-1");
    assert.equal(cluster.podAt("10.244.1.2", tcp, 8080), undefined);
    assert.deepEqual(cluster.ofPod("shop", "web-1", "10.244.1.1"), ["other"]);
    cluster.takeServices({
      isWhole: false,
      set: [["shop/web", { ...WEB, addresses: ["10.96.0.12"] }]],
      removed: ["shop/ssh"],
    });
    assert.deepEqual(
      ["10.96.0.10", "10.96.0.11", "10.96.0.12"].map((address) => cluster.at(address, tcp, 80)?.service.name),
      [undefined, undefined, "web"],
    );
  });
});
