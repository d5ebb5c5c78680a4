import assert from "node:assert/strict";
import { test } from "node:test";
import { createEdge } from "../../../../../exporters/flow-exporter/model/edge.ts";
import { createEndpoint, DOCKER_DNS } from "../../../../../exporters/flow-exporter/model/endpoint.ts";
import { halvesOf } from "../../../../../exporters/flow-exporter/outputs/store/halves.ts";
import { holdersOf } from "../../../../../exporters/flow-exporter/outputs/store/holders.ts";
import { flowRecord } from "../../lib/flow-record.ts";
import { container } from "../../lib/world.ts";

const ORIGIN = { node: "a", boot: "boot-a", bootMs: 1_000_000 };

test("a flow seen from one end is that end's half, with the bytes as that end has them", () => {
  const flow = flowRecord({ seen: "server", sentBytes: 100, receivedBytes: 7, startNs: 5e9, endNs: 6e9, errno: 104 });
  const [half, ...others] = halvesOf(flow, ORIGIN);
  assert.deepEqual(others, []);
  assert.deepEqual(half, {
    protocol: "tcp",
    sourceAddress: "10.0.0.1",
    sourcePort: 40_000,
    destinationAddress: "10.0.0.2",
    destinationPort: 80,
    side: "server",
    node: "a",
    boot: "boot-a",
    startNs: 5e9,
    startedMs: 1_005_000,
    endedMs: 1_006_000,
    owner: { name: "db", kind: "container", containerId: "id-b", image: "", namespace: "", pod: "", service: "data" },
    sentBytes: 7,
    receivedBytes: 100,
    retransmits: 0,
    rttSeconds: 0.001,
    state: "ESTABLISHED",
    opened: true,
    failed: false,
    errno: 104,
    nat: "unknown",
    socketKey: "10.0.0.1-10.0.0.2-40000-80",
  });
});

test("a flow with both ends here is both halves", () => {
  const halves = halvesOf(flowRecord({ seen: "both", sentBytes: 100, receivedBytes: 7 }), ORIGIN);
  assert.deepEqual(
    halves.map(({ side, owner, sentBytes, receivedBytes }) => [side, owner.name, sentBytes, receivedBytes]),
    [
      ["client", "web", 100, 7],
      ["server", "db", 7, 100],
    ],
  );
});

test("a flow to Docker's resolver is whole: nobody else will tell of the other end", () => {
  const edge = createEdge(createEndpoint("web", "container"), DOCKER_DNS, 53, "udp");
  const halves = halvesOf(flowRecord({ seen: "client", edge, sentBytes: 30, receivedBytes: 90 }), ORIGIN);
  assert.deepEqual(
    halves.map(({ side, owner, sentBytes }) => [side, owner.name, sentBytes]),
    [
      ["client", "web", 30],
      ["server", "docker-dns", 90],
    ],
  );
});

test("a container in no pod has its Compose project for a namespace", () => {
  const source = { ...createEndpoint("shop-web-1", "container"), composeProject: "shop", composeService: "web" };
  const pod = { ...createEndpoint("prod/db", "container"), composeProject: "x", namespace: "prod", pod: "db-0" };
  const halves = halvesOf(flowRecord({ seen: "both", edge: createEdge(source, pod, 80, "tcp") }), ORIGIN);
  assert.deepEqual(
    halves.map(({ owner: { namespace, service } }) => [namespace, service]),
    [
      ["shop", "web"],
      ["prod", ""],
    ],
  );
});

test("what is older than the tracer, or open, has no such time; what failed, or is not answered yet, has not opened", () => {
  const [old] = halvesOf(flowRecord({ startNs: 0, endNs: 0 }), ORIGIN);
  assert.deepEqual([old?.startNs, old?.startedMs, old?.endedMs], [0, 0, 0]);
  const states = [{ failed: true }, { state: "SYN_SENT" }].map((values) => halvesOf(flowRecord(values), ORIGIN)[0]);
  assert.deepEqual(
    states.map((half) => half?.opened),
    [false, false],
  );
});

test("flows of one socket of UDP, which have one tuple and no start, are told apart", () => {
  const [first, second] = [3, 4].flatMap((incarnation) => halvesOf(flowRecord({ startNs: 0, incarnation }), ORIGIN));
  assert.notEqual(first?.startNs, second?.startNs);
  assert.deepEqual([first?.startedMs, second?.startedMs], [0, 0]);
});

test("a container holds each of its addresses, by the name that its flows have", () => {
  const container = {
    ...createEndpoint("", "container"),
    id: "id-a",
    image: "nginx",
    addresses: ["10.0.0.1", "fd00::1"],
  };
  const holders = holdersOf([{ container: container as never, endpoint: "web", services: [] }], "a", undefined);
  assert.deepEqual(
    holders.map(({ address, node, uid, owner }) => [address, node, uid, owner.name, owner.image, owner.containerId]),
    ["10.0.0.1", "fd00::1"].map((address) => [address, "a", "id-a", "web", "nginx", "id-a"]),
  );
});

test("a pod holds its addresses, whatever is in it, and a machine its own", () => {
  const pod = { podUid: "uid-1", podOwner: "ReplicaSet/web-5d", namespace: "shop", pod: "web" };
  const inPod = (id: string) => ({
    container: container("shop/web", { id, ...pod, addresses: ["10.244.0.7"] }),
    endpoint: "shop/web",
    services: ["front", "web"],
  });
  const onMachine = { ...inPod("id-c"), container: container("kube-system/proxy", { podUid: "uid-2" }) };
  const machine = { name: "node-1", address: "192.168.1.10" };
  const holders = holdersOf([inPod("id-a"), inPod("id-b"), onMachine], "node-1", machine);
  assert.deepEqual(
    holders.map(({ address, node, uid, owner: { name, kind, pod, service }, podOwner }) => [
      address,
      node,
      uid,
      name,
      kind,
      pod,
      service,
      podOwner,
    ]),
    [
      ["10.244.0.7", "node-1", "uid-1", "shop/web", "container", "web", "front,web", "ReplicaSet/web-5d"],
      ["192.168.1.10", "node-1", "node/node-1", "node-1", "node", "", "", undefined],
    ],
  );
  assert.deepEqual(holdersOf([], "node-1", { name: "node-1", address: "" }), []);
});
