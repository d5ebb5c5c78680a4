import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ClusterServices } from "../../../../exporters/flow-exporter/metadata/kubernetes/api/cluster-services.ts";
import type { ClusterService, EndpointSlice } from "../../../../exporters/flow-exporter/model/cluster-service.ts";
import { NETNS_OWNER, PROTOCOL, ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import type { SocketValues } from "../lib/rows.ts";
import { container, edges, HOST_ADDRESS, idOf, joined, process, rows, world } from "../lib/world.ts";

const { tcp, udp } = PROTOCOL;
const WEB: ClusterService = {
  name: "web",
  namespace: "shop",
  addresses: ["10.96.0.10"],
  externalAddresses: ["203.0.113.80"],
  ports: [{ name: "http", protocol: tcp, port: 80, nodePort: 30_080 }],
};
const SSH: ClusterService = {
  name: "ssh",
  namespace: "shop",
  addresses: ["10.96.0.11"],
  externalAddresses: ["203.0.113.80"],
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
  return clusterWith([WEB, SSH], slices);
}

function clusterWith(services: ClusterService[], slices: EndpointSlice[]): ClusterServices {
  const cluster = new ClusterServices();
  const set = services.map((one): [string, ClusterService] => [`${one.namespace}/${one.name}`, one]);
  cluster.takeServices({ isWhole: true, set, removed: [] });
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

/** Two pods on this machine: one behind web at an address that ends with 7, and one that calls it from the next. */
function hereAt(address: string) {
  const next = address.replace(/7$/, "8");
  const here = container("shop/web-here", { id: idOf("e"), pid: 700, podUid: "here", addresses: [address] });
  const caller = container("shop/caller", { id: idOf("f"), pid: 800, podUid: "caller", addresses: [next] });
  const processes = [1, 700, 800].map((pid) => process(pid, { netns: pid }));
  const pod = { uid: "here", name: "web-here", namespace: "shop", addresses: [], hostNetwork: false };
  return { containers: [here, caller], processes, pods: [pod] };
}

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
    const cluster = clusterOf(slice({ ...TWO, "web-here": "10.244.0.7" }));
    const seen = world({ cluster, ...hereAt("10.244.0.7") });
    const client = { cookie: 1, pid: 800, netns: 800, source: "10.244.0.8:40000", destination: "10.96.0.10:80" };
    const server = { cookie: 2, pid: 700, netns: 700, source: "10.244.0.7:8080", destination: "10.244.0.8:40000" };
    const table = new FlowTable();
    table.update(rows({ ...client, role: ROLE.client }, { ...server, role: ROLE.server }), seen);
    const found = [...table.flows].map(
      ({ edge }) => edge && [edge.source.name, edge.destination.name, edge.destinationPort],
    );
    assert.deepEqual(found, [["shop/caller", "shop/web-here", 8080]]);
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

  test("an external address leads to a service at its ports, and is nobody's at others", () => {
    const own = { ...WEB, externalAddresses: [HOST_ADDRESS, "203.0.113.80"] };
    const cluster = clusterWith([own], [slice(TWO)]);
    assert.equal(called("203.0.113.80:80", cluster).words, "service/shop/web:80");
    assert.equal(called("203.0.113.80:22", cluster).words, "world:22");
    assert.equal(called(`${HOST_ADDRESS}:80`, cluster).words, "service/shop/web:80");
    assert.equal(called(`${HOST_ADDRESS}:22`, cluster).words, "host/~unknown:22", "the machine's own");
  });

  test("a virtual address that is this machine's own, as with IPVS, is its service's", () => {
    const seen = world({ cluster: clusterOf(slice(TWO)), hostAddresses: new Set([HOST_ADDRESS, "10.96.0.10"]) });
    const client = { cookie: 1, pid: 1, source: `${HOST_ADDRESS}:40000`, destination: "10.96.0.10:80" };
    assert.deepEqual(joined(seen, { ...client, role: ROLE.client }), ["host/init > service/shop/web:80 0/0"]);
  });

  for (const [range, virtual, address] of [
    ["a provider's", "100.64.0.10", "100.65.0.7"],
    ["the internet's", "203.0.113.10", "198.51.100.7"],
    ["IPv6's", "2001:db8:1::10", "2001:db8:2::7"],
  ] as const) {
    test(`a flow to a service in ${range} range waits for the end that is here, and counts once`, () => {
      const { processes, containers, pods } = hereAt(address);
      const services = [{ ...WEB, addresses: [virtual] }];
      const cluster = clusterWith(services, [slice({ "web-here": address })]);
      const client = { cookie: 1, pid: 800, netns: 800, role: ROLE.client, sent: 40, received: 9 };
      const server = { cookie: 2, pid: 700, netns: 700, role: ROLE.server, sent: 9, received: 40 };
      const caller = address.replace(/7$/, "8");
      const toService = { ...client, source: `${caller}:40000`, destination: `${virtual}:80` };
      const answers = { ...server, source: `${address}:8080`, destination: `${caller}:40000` };
      const table = new FlowTable();
      const seen = world({ cluster, processes, containers, pods });
      table.update(rows(toService), seen);
      assert.deepEqual(edges(table), ["waits"]);
      table.update(rows(toService, answers), seen);
      assert.deepEqual(edges(table), ["shop/caller > shop/web-here:8080 40/9"]);
      const direct = { ...toService, cookie: 3, source: `${caller}:40001`, destination: `${address}:8080` };
      const unreported = world({ cluster: clusterOf(), processes, pods, containers: containers.slice(1) });
      const other = new FlowTable();
      other.update(rows(direct), unreported);
      assert.deepEqual(edges(other), ["waits"], "a pod that is not reported yet may have the address");
    });
  }

  test("a machine is known by an address that several of its pods share, and none of them by it", () => {
    const exporter = slice({ "exporter-1": "192.168.1.11" }, { service: "exporter" });
    const proxy = slice(
      { "proxy-1": "192.168.1.11" },
      { service: "proxy", ports: [{ name: "", protocol: tcp, port: 9 }] },
    );
    const twice = slice({ "other-1": "192.168.1.11" }, { service: "other" });
    const of = { node: "node-2", pod: "", namespace: "", kind: "node" };
    assert.deepEqual(called("192.168.1.11:22", clusterOf(exporter, proxy)), { words: "node/node-2:22", ...of });
    assert.equal(called("192.168.1.11:9", clusterOf(exporter, proxy)).words, "shop/proxy-1:9");
    assert.equal(called("192.168.1.11:8080", clusterOf(exporter, proxy)).words, "shop/exporter-1:8080");
    assert.equal(called("192.168.1.11:8080", clusterOf(exporter, twice)).words, "node/node-2:8080", "either may serve");
    assert.equal(called("192.168.1.11:22", clusterOf(exporter)).words, "world:22", "it may be that pod's own");
    assert.equal(called("192.168.1.11:30080", clusterOf(exporter, proxy, slice(TWO))).words, "service/shop/web:80");
    assert.equal(called(`${HOST_ADDRESS}:22`, clusterOf(exporter, proxy)).words, "host/~unknown:22");
  });

  test("a machine is known by an address that a service has as a machine's, also where it calls", () => {
    const endpoints = [{ addresses: ["192.168.1.12"], pod: "", node: "node-3", isNode: true as const }];
    const cluster = clusterOf(slice({}, { service: "kubelet", endpoints }));
    assert.equal(called("192.168.1.12:10250", cluster).words, "node/node-3:10250");
    const seen = world({ cluster, containers: [LOCAL] });
    const server = { cookie: 1, pid: 1, source: `${HOST_ADDRESS}:22`, destination: "192.168.1.12:40000" };
    assert.deepEqual(joined(seen, { ...server, role: ROLE.server }), ["node/node-3 > host/init:22 0/0"]);
  });

  test("a pod behind several services is one pod", () => {
    const services = ["web", "web-headless"].map((service) => slice({ "web-1": "10.244.1.1" }, { service }));
    assert.equal(called("10.244.1.1:8080", clusterOf(...services)).words, "shop/web-1:8080");
    assert.equal(called("10.244.1.1:22", clusterOf(...services)).words, "world:22");
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
