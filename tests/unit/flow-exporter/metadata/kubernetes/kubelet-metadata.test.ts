import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { KubeletError } from "../../../../../exporters/flow-exporter/metadata/kubernetes/faults.ts";
import { KubeletMetadata } from "../../../../../exporters/flow-exporter/metadata/kubernetes/kubelet-metadata.ts";
import { SourceHealth } from "../../../../../exporters/flow-exporter/model/source-health.ts";
import { silent } from "../../lib/log.ts";
import { container, idOf } from "../../lib/world.ts";
import golden from "./pods.json" with { type: "json" };

const WEB_UID = "1b2c3d4e-0000-4000-8000-00000000000a";
const [WEB] = golden.items;

describe("the kubelet", () => {
  let answer: () => string;
  let health: SourceHealth;
  let metadata: KubeletMetadata;
  beforeEach(() => {
    answer = () => JSON.stringify(golden);
    health = new SourceHealth("kubelet", silent);
    metadata = new KubeletMetadata({ pods: async () => answer() }, health);
  });
  const list = (...items: unknown[]) => {
    answer = () => JSON.stringify({ ...golden, items });
  };
  const running = () => metadata.containers.map(({ id, name }) => `${id[0]} ${name}`);
  const gone = () => metadata.gone.map(({ id, name }) => `${id[0]} ${name}`);

  test("names the containers of its pods, with image, ports and address", async () => {
    await metadata.refresh();
    assert.deepEqual([health.up, health.reason, metadata.version], [true, "", 1]);
    const [nginx, envoy, proxy, ...more] = metadata.containers;
    const web = { pod: "web-5d4f8c7b9-x2x7q", namespace: "shop", podUid: WEB_UID };
    const nothing = { composeProject: "", composeService: "", pid: 0, hostPaths: [] };
    const condition = { state: "running", health: "", restarts: 0, startedAt: "2030-01-31T12:00:00Z" };
    assert.deepEqual(nginx, {
      ...nothing,
      ...web,
      id: idOf("a"),
      name: "shop/web-5d4f8c7b9-x2x7q",
      podOwner: "ReplicaSet/web-5d4f8c7b9",
      image: "nginx:1.27",
      networkMode: "",
      addresses: ["10.244.0.7", "fd00:10:244::7"],
      publishedPorts: [
        { protocol: 6, hostPort: 8080, containerPort: 80 },
        { protocol: 17, hostAddress: "127.0.0.1", hostPort: 53, containerPort: 53 },
      ],
      condition: { ...condition, restarts: 2 },
    });
    assert.deepEqual([envoy?.id, envoy?.name, envoy?.image], [idOf("b"), nginx?.name, "envoy:1.31"]);
    assert.deepEqual(proxy, {
      ...nothing,
      id: idOf("c"),
      name: "kube-system/kube-proxy-n7x2p",
      image: "registry.k8s.io/kube-proxy:v1.34.1",
      pod: "kube-proxy-n7x2p",
      namespace: "kube-system",
      podUid: "0f00ba40f00ba40f00ba40f00ba40f00",
      networkMode: "host",
      addresses: [],
      publishedPorts: [],
      condition,
    });
    assert.deepEqual(more, []);
  });

  test("names the pods, with what made each, and the machine", async () => {
    await metadata.refresh();
    const [web, proxy, ...others] = metadata.pods;
    assert.deepEqual(web, {
      uid: WEB_UID,
      name: "web-5d4f8c7b9-x2x7q",
      namespace: "shop",
      addresses: ["10.244.0.7", "fd00:10:244::7"],
      hostNetwork: false,
      owner: { kind: "ReplicaSet", name: "web-5d4f8c7b9" },
    });
    assert.deepEqual(proxy, {
      uid: "0f00ba40f00ba40f00ba40f00ba40f00",
      name: "kube-proxy-n7x2p",
      namespace: "kube-system",
      addresses: [],
      hostNetwork: true,
    });
    const short = others.map(({ name, addresses, owner }) => `${name} ${addresses} ${owner?.kind}`);
    assert.deepEqual(short, ["nightly-29384-k8xvd 10.244.0.9 Job", "pending  undefined", "just-bound  undefined"]);
    assert.deepEqual(metadata.node, { name: "node-1", address: "192.168.1.10" });
  });

  test("is told the machine's address where that is set", async () => {
    const told = new KubeletMetadata({ pods: async () => answer() }, health, "10.0.0.1");
    assert.deepEqual(told.node, { name: "", address: "10.0.0.1" });
    await told.refresh();
    assert.deepEqual(told.node, { name: "node-1", address: "10.0.0.1" });
  });

  test("names containers that had ended before they were seen, but not by an address that others may have by now", async () => {
    await metadata.refresh();
    const [first] = metadata.gone;
    assert.deepEqual(gone(), [
      "2 shop/web-5d4f8c7b9-x2x7q",
      "1 shop/web-5d4f8c7b9-x2x7q",
      "d batch/nightly-29384-k8xvd",
    ]);
    assert.deepEqual([first?.addresses, first?.publishedPorts, first?.condition?.state], [[], [], "exited"]);
  });

  test("lets go of them after five minutes, though a job's stay in its answers", async (t) => {
    let nowMs = 1_000;
    t.mock.method(performance, "now", () => nowMs);
    await metadata.refresh();
    await metadata.refresh();
    assert.equal(metadata.gone.length, 3);
    nowMs += 301_000;
    await metadata.refresh();
    await metadata.refresh();
    assert.deepEqual([gone(), running().length], [[], 3]);
  });

  test("a container that was seen to run has all that was known when it is gone", async () => {
    await metadata.refresh();
    list();
    await metadata.refresh();
    assert.deepEqual(running(), []);
    const nginx = metadata.gone.find(({ id }) => id === idOf("a"));
    assert.deepEqual(nginx?.addresses, ["10.244.0.7", "fd00:10:244::7"]);
    list({ ...WEB, status: { phase: "Failed", containerStatuses: [ended("nginx", "a")] } });
    await metadata.refresh();
    assert.deepEqual(metadata.gone.find(({ id }) => id === idOf("a"))?.addresses, nginx?.addresses);
  });

  test("an empty list is one, as a program in Go writes it", async () => {
    for (const text of ['{"kind":"PodList","items":null}', '{"kind":"PodList"}', '{"items":[]}']) {
      answer = () => text;
      await metadata.refresh();
      assert.deepEqual([metadata.up, metadata.containers], [true, []], text);
    }
  });

  type GoldenPod = NonNullable<typeof WEB>;
  const spoilt: [string, string, (pod: GoldenPod) => unknown][] = [
    ["nothing", "pod", () => null],
    ["a list", "pod", () => []],
    ["without an id", "metadata.uid", (pod) => ({ ...pod, metadata: { ...pod.metadata, uid: undefined } })],
    ["with a path for an id", "metadata.uid", (pod) => ({ ...pod, metadata: { ...pod.metadata, uid: "../x" } })],
    ["with a name of two lines", "metadata.name", (pod) => ({ ...pod, metadata: { ...pod.metadata, name: "a\nb" } })],
    [
      "in a namespace like a path",
      "metadata.namespace",
      (pod) => ({ ...pod, metadata: { ...pod.metadata, namespace: "a/b" } }),
    ],
    ["at no address", "status.podIP", (pod) => ({ ...pod, status: { ...pod.status, podIP: "10.244.0.700" } })],
    [
      "with an endless name",
      "metadata.name",
      (pod) => ({ ...pod, metadata: { ...pod.metadata, name: "a".repeat(254) } }),
    ],
    [
      "with a container that is none",
      "status.containerStatuses.0.containerID",
      (pod) => ({ ...pod, status: { containerStatuses: [{ name: "x", containerID: "containerd://../../x" }] } }),
    ],
    [
      "with a port that is none",
      "spec.containers.0.ports.0.hostPort",
      (pod) => ({ ...pod, spec: { containers: [{ name: "x", ports: [{ containerPort: 1, hostPort: 70_000 }] }] } }),
    ],
  ];
  for (const [what, field, spoil] of spoilt) {
    test(`a pod that is ${what} is counted, and costs no other`, async () => {
      const [, ...others] = golden.items;
      assert.ok(WEB);
      list(spoil(WEB), ...others);
      await metadata.refresh();
      await metadata.refresh();
      assert.deepEqual(running(), ["c kube-system/kube-proxy-n7x2p"]);
      assert.equal(health.reason, `pods are left out, as the kubelet's answer makes no sense of them (${field})`);
      assert.deepEqual([metadata.up, metadata.version, [...metadata.faults]], [false, 2, [["bad_pod", 2]]]);
      list(...golden.items);
      await metadata.refresh();
      assert.deepEqual([metadata.up, running().length], [true, 3]);
    });
  }

  for (const [text, fault] of [
    ["", "no_json"],
    [JSON.stringify(golden).slice(0, -1), "no_json"],
    ["<html>", "no_json"],
    ["null", "no_list"],
    ["[]", "no_list"],
    ['{"items":{}}', "no_list"],
    ['{"kind":"Status","status":"Failure"}', "no_list"],
  ] as const) {
    test(`an answer like ${text.slice(0, 40) || "nothing"} is a failure, what is known stays, and it heals`, async () => {
      const whole = answer;
      await metadata.refresh();
      answer = () => text;
      await metadata.refresh();
      assert.deepEqual([metadata.up, metadata.version, running().length], [false, 1, 3]);
      assert.deepEqual([...metadata.faults], [[fault, 1]]);
      answer = whole;
      await metadata.refresh();
      assert.deepEqual([metadata.up, metadata.version], [true, 2]);
    });
  }

  test("a kubelet that cannot be asked is a failure by its name, and is counted each time", async () => {
    answer = () => {
      throw new KubeletError("unauthorized");
    };
    await metadata.refresh();
    await metadata.refresh();
    assert.match(health.reason, /does not accept the token/);
    assert.deepEqual([...metadata.faults], [["unauthorized", 2]]);
  });

  test("an answer asked for while one is due comes after it", async () => {
    await Promise.all([metadata.refresh(), metadata.refresh()]);
    assert.equal(metadata.version, 2);
  });

  test("goes on with the containers of pods that an earlier exporter knew, and no others", () => {
    metadata.restore([container("shop/web", { id: idOf("a"), podUid: WEB_UID }), container("db", { id: idOf("b") })]);
    assert.deepEqual(gone(), ["a shop/web"]);
  });
});

function ended(name: string, digit: string) {
  return { name, state: { terminated: { containerID: `containerd://${idOf(digit)}` } } };
}
