import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readEvent } from "../../../../../exporters/flow-exporter/hubble/event-json.ts";
import { Tenures } from "../../../../../exporters/flow-exporter/metadata/tenures.ts";
import type { HubbleFlow } from "../../../../../exporters/flow-exporter/model/hubble-flow.ts";
import { EventFold } from "../../../../../exporters/flow-exporter/sources/hubble/event-fold.ts";
import { nameEdge } from "../../../../../exporters/flow-exporter/sources/hubble/naming.ts";
import { edgeOf } from "../../../../../exporters/flow-exporter/sources/hubble/turned.ts";
import { hubbleFlow, LINES } from "../../hubble/lib/samples.ts";
import { container, HOST_ADDRESS, idOf, world } from "../../lib/world.ts";
import { Reading } from "./lib/reading.ts";

/** What the lines say, without a stream or a file. */
function read(lines: readonly string[], host = world()): Reading {
  const fold = new EventFold({ maxEdges: 100, maxFlows: 100 });
  for (const line of lines) {
    const event = readEvent(line);
    if (event.kind === "flow") fold.add(event.flow);
  }
  const reading = new Reading({ kind: "file", name: "hubble-file:/f", path: "/f" }, undefined, host);
  const batch = fold.take();
  if (batch) reading.source.take(batch, () => {});
  return reading;
}

const FLOWS = Object.entries(LINES).flatMap(([name, line]) => (/lost|status|agent/.test(name) ? [] : [line]));

describe("events of Hubble's as edges", () => {
  it("are the graph of who talks to whom, answers turned round", () => {
    const edges = read(FLOWS).byName();
    assert.deepEqual(
      Object.entries(edges).map(([name, { flows, replies }]) => [name, flows, replies]),
      [
        ["shop/web-1 → shop/api-1:80/tcp", 4, 2],
        ["shop/web-1 → shop/db-0:5432/tcp", 1, 0],
        ["shop/web-1 → kube-system/coredns-1:53/udp", 2, 1],
        ["shop/web-1 → example.com:443/tcp", 1, 0],
        ["world → world:0/icmpv4", 1, 0],
      ],
    );
    const http = edges["shop/web-1 → shop/api-1:80/tcp"];
    assert.deepEqual(
      [[...(http?.http?.codes ?? [])], [...(http?.http?.methods ?? [])], http?.http?.latencySeconds],
      [[["503", 1]], [["GET", 1]], { sum: 0.0042, count: 1 }],
    );
    assert.deepEqual(
      [...(http?.types ?? [])],
      [
        ["Trace/to-endpoint", 1],
        ["Trace/to-stack", 1],
        ["L7/HTTP", 2],
      ],
    );
    const dropped = edges["shop/web-1 → shop/db-0:5432/tcp"];
    assert.deepEqual(
      [[...(dropped?.verdicts ?? [])], [...(dropped?.dropReasons ?? [])]],
      [[["DROPPED", 1]], [["POLICY_DENIED", 1]]],
    );
    const dns = edges["shop/web-1 → kube-system/coredns-1:53/udp"]?.dns;
    assert.deepEqual([dns?.queries, dns?.responses, [...(dns?.rcodes ?? [])]], [1, 1, [["Non-Existent Domain", 1]]]);
  });

  it("are flows with what Hubble said last, and no bytes", () => {
    const records = read(FLOWS).records(Date.parse("2026-11-27T10:00:10Z"));
    const events = records.map(({ edge, sourcePort, observed }) => [
      `${sourcePort} → ${edge.destination.name}`,
      observed?.events,
    ]);
    assert.deepEqual(Object.fromEntries(events), {
      "41000 → shop/api-1": 4,
      "41001 → shop/db-0": 1,
      "41002 → example.com": 1,
      "50001 → kube-system/coredns-1": 2,
    });
    const http = records.find(({ edge }) => edge.destination.name === "shop/api-1");
    assert.deepEqual([http?.sentBytes, http?.receivedBytes, http?.open, http?.failed], [0, 0, true, false]);
    assert.equal(http?.observed?.l7?.http?.code, 503);
    assert.equal(records.find(({ failed }) => failed)?.observed?.dropReason, "POLICY_DENIED");
  });
});

describe("an end that Hubble tells of", () => {
  const pod = { id: 0, identity: 9_999, clusterName: "", namespace: "", podName: "", labels: [], workloads: [] };
  const named = (set: Partial<HubbleFlow>, host = world()) => {
    const flow = hubbleFlow({ destinationAddress: "10.0.0.9", ...set });
    const tcp = { protocol: "TCP", sourcePort: 40_000, destinationPort: 80, flags: [] } as const;
    return nameEdge(edgeOf({ ...flow, l4: flow.l4 ?? tcp }, false), { world: host, node: "vm" });
  };
  /** A host whose containers have their addresses as of now. */
  const host = () => {
    const web = container("web", { id: idOf("a"), addresses: ["172.18.0.2"], pid: 200 });
    const shop = { podUid: "u", pod: "web-1", namespace: "shop" };
    const api = container("shop/web-1", { id: idOf("b"), addresses: ["10.244.1.10"], pid: 300, ...shop });
    const port = { protocol: 6, hostPort: 8080, containerPort: 80 };
    const published = { ...web, publishedPorts: [port] };
    const tenures = new Tenures(1e9);
    tenures.update([published, api], [], () => 0, 10);
    return world({ containers: [published, api], tenures, nowNs: 20 });
  };

  it("is the container of this host that has its address, or the pod where the names agree", () => {
    const web = named({ destinationAddress: "172.18.0.2" }, host());
    assert.deepEqual([web.destination.name, web.destination.containerId, web.local?.pid], ["web", idOf("a"), 200]);
    const source = { ...pod, namespace: "shop", podName: "web-1" };
    assert.equal(named({ sourceAddress: "10.244.1.10", source }, host()).local?.id, idOf("b"));
    const other = { ...pod, namespace: "else", podName: "x-1" };
    const elsewhere = named({ sourceAddress: "172.18.0.2", source: other }, host());
    assert.deepEqual([elsewhere.source.name, elsewhere.local], ["else/x-1", undefined]);
  });

  it("is the container here that this machine's observer names, whatever its address, and never by another machine's word", () => {
    const compose = { composeProject: "shop", composeService: "web" };
    const port = { protocol: 6, hostPort: 8080, containerPort: 80 };
    const web = container("shop-web-1", {
      id: idOf("a"),
      addresses: ["172.18.0.2"],
      publishedPorts: [port],
      ...compose,
    });
    const alone = container("alone", { id: idOf("c"), addresses: ["172.17.0.2"] });
    const tenures = new Tenures(1e9);
    tenures.update([web, alone], [], () => 0, 10);
    const here = world({ containers: [web, alone], tenures, nowNs: 20 });
    const inWeb = { ...pod, namespace: "shop", podName: "shop-web-1", labels: ["container:name=shop-web-1"] };
    const one = { ...pod, podName: "alone", labels: ["container:name=alone"] };
    const loopback = { sourceAddress: "127.0.0.1", destinationAddress: "127.0.0.1", direction: "INGRESS" } as const;
    const by = (nodeName: string, set: Partial<HubbleFlow>) => {
      const { source, destination, local } = named({ ...set, nodeName }, here);
      return [source.name, source.node, destination.name, destination.node, local?.name];
    };
    const inside = { ...loopback, source: inWeb, destination: one };
    assert.deepEqual(by("cluster/vm", inside), ["shop-web-1", undefined, "alone", undefined, "shop-web-1"]);
    assert.deepEqual(by("vm2", inside), ["shop/shop-web-1", "vm2", "vm2/alone", "vm2", undefined]);
    assert.deepEqual(by("", inside), ["shop/shop-web-1", "", "~other/alone", "", undefined]);
    const same = { sourceAddress: "172.18.0.2", source: inWeb };
    assert.deepEqual(by("vm", same).slice(0, 2), ["shop-web-1", undefined]);
    assert.deepEqual(by("vm2", same).slice(0, 2), ["shop/shop-web-1", "vm2"]);
    const l4 = { protocol: "TCP", sourcePort: 40_000, destinationPort: 8080, flags: [] } as const;
    const published = named({ destinationAddress: HOST_ADDRESS, destination: inWeb, l4, nodeName: "vm" }, here);
    assert.deepEqual([published.destination.name, published.destinationPort], ["shop-web-1", 80]);
    const elsewhere = named({ destinationAddress: HOST_ADDRESS, destination: inWeb, l4, nodeName: "vm2" }, here);
    assert.deepEqual([elsewhere.destination.name, elsewhere.local], ["shop/shop-web-1", undefined]);
  });

  it("is apart from one of the same name and address that another machine tells of", () => {
    const fold = new EventFold({ maxEdges: 10, maxFlows: 10 });
    const inWeb = { ...pod, namespace: "shop", podName: "shop-web-1", labels: ["container:name=shop-web-1"] };
    for (const nodeName of ["vm", "vm2", "vm"]) fold.add(hubbleFlow({ source: inWeb, nodeName }));
    const told = fold.take()?.edges.map(({ client, counts }) => [client.node, counts.flows]);
    assert.deepEqual(told, [
      ["vm", 2],
      ["vm2", 1],
    ]);
  });

  it("is the container behind a port that this host publishes", () => {
    const l4 = { protocol: "TCP", sourcePort: 40_000, destinationPort: 8080, flags: [] } as const;
    const { destination, destinationPort } = named({ destinationAddress: HOST_ADDRESS, l4 }, host());
    assert.deepEqual([destination.name, destinationPort], ["web", 80]);
  });

  it("is a pod of its machine, as far as that is known", () => {
    const destination = { ...pod, namespace: "shop", podName: "api-1" };
    const seen = named({ destination, direction: "INGRESS", nodeName: "kind/worker-1" });
    assert.deepEqual([seen.destination.name, seen.destination.node], ["shop/api-1", "worker-1"]);
    assert.equal(named({ destination, direction: "EGRESS", nodeName: "kind/worker-1" }).destination.node, "");
  });

  it("is a machine, a service, a domain, or the world", () => {
    const as = (labels: string[], more: Partial<HubbleFlow> = {}) =>
      named({ destination: { ...pod, labels }, nodeName: "kind/worker-1", ...more }).destination.name;
    assert.equal(as(["reserved:host"]), "node/worker-1");
    assert.equal(as(["reserved:remote-node"]), "node/~other");
    assert.equal(as(["reserved:health"]), "cilium/health");
    assert.equal(as(["reserved:unknown"]), "~unknown");
    assert.equal(named({ destination: { ...pod, labels: ["reserved:unknown"] } }).destination.node, "");
    assert.equal(as(["reserved:world"]), "world");
    assert.equal(as(["reserved:world"], { destinationNames: ["example.com."] }), "example.com");
    assert.equal(as([], { destinationService: { name: "api", namespace: "shop" } }), "service/shop/api");
    assert.equal(named({ destination: { ...pod, identity: 1 }, nodeName: "a" }).destination.name, "node/a");
    assert.equal(named({}).destination.name, "world");
  });

  it("has no line break in its name, and a bound", () => {
    const destination = { ...pod, namespace: "a\n\u202eb\u0085", podName: "x".repeat(1_000) };
    const { name } = named({ destination }).destination;
    assert.equal(name, `ab/${"x".repeat(253)}`);
  });
});
