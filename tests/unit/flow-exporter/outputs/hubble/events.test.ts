import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createEdge } from "../../../../../exporters/flow-exporter/model/edge.ts";
import { createEndpoint, WORLD } from "../../../../../exporters/flow-exporter/model/endpoint.ts";
import type { FlowRecord } from "../../../../../exporters/flow-exporter/model/flow-record.ts";
import { hubbleEndpoint } from "../../../../../exporters/flow-exporter/outputs/hubble/events/endpoint.ts";
import {
  beginningOf,
  eventOf,
  hasEnd,
  timeNs,
} from "../../../../../exporters/flow-exporter/outputs/hubble/events/events.ts";
import { lastEvents } from "../../../../../exporters/flow-exporter/outputs/hubble/events/history.ts";
import { flowRecord } from "../../lib/flow-record.ts";

const ORIGIN = { node: "alpha", bootMs: 1_700_000_000_000 };
const WEB = { ...createEndpoint("shop-web-1", "container"), composeProject: "shop", composeService: "web" };
const WEB_2 = { ...WEB, name: "shop-web-2" };
const POD = { ...createEndpoint("store/db-0", "container"), namespace: "store", pod: "db-0" };
const SHELL = createEndpoint("host/curl", "process");

/** A connection of Compose's web to the pod, both on this machine. */
function connection(changes: Partial<FlowRecord> = {}): FlowRecord {
  return flowRecord({
    edge: createEdge(WEB, POD, 5432, "tcp"),
    sourceAddress: "10.0.0.1",
    sourcePort: 40_000,
    destinationAddress: "10.0.0.2",
    destinationAddressPort: 5432,
    startNs: 5e9,
    endNs: 0,
    open: true,
    failed: false,
    errno: 0,
    seen: "both",
    incarnation: 0,
    ...changes,
  });
}

const ended = (changes: Partial<FlowRecord> = {}) => connection({ open: false, endNs: 9e9, ...changes });
const endOf = (changes: Partial<FlowRecord> = {}) => {
  const flow = ended(changes);
  return eventOf(flow, "ended", flow.endNs, ORIGIN);
};

describe("an endpoint in Hubble's terms", () => {
  test("a container is a pod of its project, by its name", () => {
    const { namespace, podName, labels, workloads, identity } = hubbleEndpoint(WEB);
    assert.deepEqual([namespace, podName], ["shop", "shop-web-1"]);
    assert.deepEqual(labels, ["container:com.docker.compose.project=shop", "container:com.docker.compose.service=web"]);
    assert.deepEqual(workloads, [{ name: "web", kind: "ComposeService" }]);
    assert.ok(identity >= 256 && identity < 2 ** 24);
  });

  test("a pod is one of its namespace, without that in its name", () => {
    const { namespace, podName, labels } = hubbleEndpoint(POD);
    assert.deepEqual([namespace, podName], ["store", "db-0"]);
    assert.deepEqual(labels, ["k8s:io.kubernetes.pod.namespace=store"]);
  });

  test("containers of one service have one identity, others each their own", () => {
    assert.equal(hubbleEndpoint(WEB).identity, hubbleEndpoint(WEB_2).identity);
    const [one, other] = ["a", "b"].map((name) => hubbleEndpoint(createEndpoint(name, "container")).identity);
    assert.notEqual(one, other);
  });

  test("what is no container has a reserved identity, and no name among pods", () => {
    const shown = [SHELL, WORLD, createEndpoint("node/b", "node"), createEndpoint("~other", "other")].map((one) => {
      const { identity, labels, podName, workloads } = hubbleEndpoint(one);
      return [identity, ...labels, podName, ...workloads.map(({ kind, name }) => `${kind}/${name}`)];
    });
    assert.deepEqual(shown, [
      [1, "reserved:host", "", "Process/curl"],
      [2, "reserved:world", ""],
      [6, "reserved:remote-node", ""],
      [0, "reserved:unknown", ""],
    ]);
  });
});

describe("an event of a flow", () => {
  test("that begins is a SYN that reached its endpoint", () => {
    const flow = connection();
    const kind = beginningOf(flow);
    assert.equal(kind, "opened");
    const event = eventOf(flow, "opened", timeNs(flow, "opened", 0), ORIGIN);
    assert.equal(event.timeMs, ORIGIN.bootMs + 5_000);
    assert.deepEqual(event.l4, { protocol: "TCP", sourcePort: 40_000, destinationPort: 5432, flags: ["SYN"] });
    assert.deepEqual(
      [event.verdict, event.isReply, event.direction, event.eventType, event.summary, event.nodeName],
      ["FORWARDED", false, "INGRESS", { type: 4, subType: 0 }, "TCP Flags: SYN", "alpha"],
    );
    assert.deepEqual(event.sourceService, { name: "web", namespace: "shop" });
  });

  test("that ends tells what Hubble has no field for in its summary, after Hubble's own words", () => {
    const { l4, summary, verdict } = endOf({
      sentBytes: 4099,
      receivedBytes: 12,
      rttSeconds: 0.000_25,
      retransmits: 2,
    });
    assert.deepEqual([l4?.flags, verdict], [["FIN", "ACK"], "FORWARDED"]);
    assert.equal(summary, "TCP Flags: ACK, FIN; 4099 B sent, 12 B received; RTT 0.250 ms; 2 retransmits");
  });

  test("that was there before is seen, not begun", () => {
    const flow = connection({ startNs: 0 });
    assert.equal(beginningOf(flow), "seen");
    const event = eventOf(flow, "seen", timeNs(flow, "seen", 7e9), ORIGIN);
    assert.deepEqual([event.l4?.flags, event.timeMs], [["ACK"], ORIGIN.bootMs + 7_000]);
    assert.equal(beginningOf(ended({ startNs: 0 })), undefined);
  });

  test("that leaves this machine was seen on its way to the network", () => {
    const outside = { edge: createEdge(WEB, WORLD, 443, "tcp"), seen: "client" } as const;
    const { eventType, direction } = eventOf(connection(outside), "opened", 5e9, ORIGIN);
    assert.deepEqual([eventType.subType, direction], [11, "EGRESS"]);
    const unknown = { edge: createEdge(WEB, SHELL, 443, "tcp"), seen: "client" } as const;
    const { eventType: between, sourceNames, destinationNames } = eventOf(connection(unknown), "opened", 5e9, ORIGIN);
    assert.deepEqual([between.subType, sourceNames, destinationNames], [3, [], ["host/curl"]]);
  });

  test("of datagrams has no flags, and no end", () => {
    const udp = ended({
      edge: createEdge(WEB, POD, 53, "udp"),
      sentBytes: 60,
      receivedBytes: 90,
      rttSeconds: 0,
      retransmits: 0,
    });
    assert.equal(hasEnd(udp), false);
    const { l4, summary } = eventOf(udp, "opened", 5e9, ORIGIN);
    assert.deepEqual([l4?.protocol, l4?.flags, summary], ["UDP", [], "UDP; 60 B sent, 90 B received"]);
  });

  test("of a further exchange of a socket, whose start is not told, is as old as its end", () => {
    const udp = ended({ edge: createEdge(WEB, POD, 53, "udp"), startNs: 0, incarnation: 3 });
    assert.equal(beginningOf(udp), "opened");
    assert.equal(timeNs(udp, "opened", 1), 9e9);
  });

  test("has the same name whenever it is told, and another one than its flow's other event", () => {
    const uuid = (flow: FlowRecord, kind: "opened" | "ended") => eventOf(flow, kind, 5e9, ORIGIN).uuid;
    assert.equal(uuid(connection(), "opened"), uuid(ended(), "opened"));
    assert.notEqual(uuid(ended(), "opened"), uuid(ended(), "ended"));
    assert.notEqual(uuid(connection(), "opened"), uuid(connection({ startNs: 6e9 }), "opened"));
    assert.match(uuid(connection(), "opened"), /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
  });
});

describe("the verdict on a connection that ended", () => {
  const outcome = (changes: Partial<FlowRecord>) => {
    const { verdict, dropReason, isReply, l4, eventType } = endOf(changes);
    return [verdict, dropReason, isReply, l4?.flags.join(), eventType.type];
  };
  const cases: [what: string, Partial<FlowRecord>, unknown[]][] = [
    [
      "refused: forwarded, and answered by the server's reset",
      { failed: true, errno: 111 },
      ["FORWARDED", "", true, "RST,ACK", 4],
    ],
    [
      "answered by nobody: an error, for nobody knows who dropped it",
      { failed: true, errno: 110 },
      ["ERROR", "", false, "", 4],
    ],
    ["called unreachable: an error", { failed: true, errno: 113 }, ["ERROR", "", false, "", 4]],
    ["abandoned: an error", { failed: true, errno: 0 }, ["ERROR", "", false, "", 4]],
    ["prohibited: dropped by a policy", { failed: true, errno: 13 }, ["DROPPED", "POLICY_DENIED", undefined, "SYN", 1]],
    ["prohibited while it was open: dropped", { errno: 1 }, ["DROPPED", "POLICY_DENIED", undefined, "", 1]],
    ["reset: forwarded", { errno: 104 }, ["FORWARDED", "", false, "RST,ACK", 4]],
    ["lost: an error", { errno: 110 }, ["ERROR", "", false, "", 4]],
  ];
  for (const [what, changes, expected] of cases) {
    test(what, () => assert.deepEqual(outcome(changes), expected));
  }

  test("the answer to a refused one comes from the server", () => {
    const { sourceAddress, destinationAddress, l4, source, summary } = endOf({ failed: true, errno: 111 });
    assert.deepEqual([sourceAddress, destinationAddress], ["10.0.0.2", "10.0.0.1"]);
    assert.deepEqual([l4?.sourcePort, l4?.destinationPort, source?.podName], [5432, 40_000, "db-0"]);
    assert.match(summary, /^TCP Flags: ACK, RST; connect refused \(ECONNREFUSED\)/);
  });

  test("of a prohibited one the segment that was dropped is the only event", () => {
    assert.equal(beginningOf(ended({ failed: true, errno: 13 })), undefined);
  });
});

describe("the last events", () => {
  const flows = Array.from({ length: 300 }, (_, number) =>
    ended({ sourcePort: 1_000 + number, startNs: (number + 1) * 1e9, endNs: (number + 1) * 1e9 + 5e8 }),
  );

  test("are as many as asked for, oldest first", async () => {
    const events = await lastEvents(flows.toReversed(), 5, ORIGIN, 1e9);
    assert.deepEqual(
      events.map(({ l4, timeMs }) => [l4?.sourcePort, l4?.flags.join(), timeMs - ORIGIN.bootMs]),
      [
        [1_297, "FIN,ACK", 298_500],
        [1_298, "SYN", 299_000],
        [1_298, "FIN,ACK", 299_500],
        [1_299, "SYN", 300_000],
        [1_299, "FIN,ACK", 300_500],
      ],
    );
  });

  test("begin with those that were seen as the exporter came", async () => {
    const old = connection({ startNs: 0, sourcePort: 9 });
    const [first] = await lastEvents([...flows, old], 1_000, ORIGIN, 1e8);
    assert.deepEqual([first?.l4?.sourcePort, first?.l4?.flags], [9, ["ACK"]]);
  });
});
