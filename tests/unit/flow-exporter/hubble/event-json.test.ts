import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FlowEvent } from "../../../../exporters/flow-exporter/hubble/event.ts";
import { readEvent, writeEvent } from "../../../../exporters/flow-exporter/hubble/event-json.ts";
import type { HubbleFlow } from "../../../../exporters/flow-exporter/model/hubble-flow.ts";
import { LINES } from "./lib/samples.ts";

function read(line: string): HubbleFlow {
  const event = readEvent(line);
  assert.equal(event.kind, "flow");
  return (event as FlowEvent).flow;
}

/** Of a line that is none. */
function fault(line: string): string {
  try {
    readEvent(line);
  } catch (error) {
    assert.equal((error as Error).name, "HubbleFault");
    return (error as Error).message;
  }
  return "";
}

const FLOW = JSON.parse(LINES.syn).flow;
const withFlow = (set: object) => JSON.stringify({ flow: { ...FLOW, ...set } });

describe("a line of Hubble's JSON", () => {
  it("says all of a packet that was forwarded", () => {
    const flow = read(LINES.syn);
    assert.equal(flow.timeMs, Date.parse("2026-11-27T10:00:00Z") + 123.456);
    assert.deepEqual(
      { ...flow, timeMs: 0 },
      {
        uuid: "6b6f2f3e-0000-4000-8000-000000000001",
        timeMs: 0,
        nodeName: "kind/worker-1",
        verdict: "FORWARDED",
        dropReason: "",
        sourceAddress: "10.244.1.10",
        destinationAddress: "10.244.1.20",
        l4: { protocol: "TCP", sourcePort: 41000, destinationPort: 80, flags: ["SYN"] },
        source: {
          id: 101,
          identity: 20001,
          clusterName: "kind",
          namespace: "shop",
          podName: "web-1",
          labels: ["k8s:app=web"],
          workloads: [{ name: "web", kind: "Deployment" }],
        },
        destination: {
          id: 102,
          identity: 20002,
          clusterName: "kind",
          namespace: "shop",
          podName: "api-1",
          labels: ["k8s:app=api"],
          workloads: [{ name: "api", kind: "Deployment" }],
        },
        sourceNames: [],
        destinationNames: [],
        sourceService: undefined,
        destinationService: undefined,
        type: "L3_L4",
        eventType: { type: 4, subType: 0 },
        isReply: false,
        direction: "INGRESS",
        l7: undefined,
        summary: "TCP Flags: SYN",
      },
    );
  });

  it("says that a packet is an answer, that it is none, or that nobody knows", () => {
    assert.deepEqual(
      [LINES.reply, LINES.syn, LINES.dropped].map((line) => read(line).isReply),
      [true, false, undefined],
    );
    assert.equal(read(withFlow({ is_reply: undefined, reply: true })).isReply, true, "of an old server");
  });

  it("says why a packet was dropped, an old server's number by its name", () => {
    assert.equal(read(LINES.dropped).dropReason, "POLICY_DENIED");
    assert.equal(read(withFlow({ verdict: "DROPPED", drop_reason: 181 })).dropReason, "POLICY_DENY");
    assert.equal(read(withFlow({ verdict: "DROPPED", drop_reason: 250 })).dropReason, "DROP_REASON_250");
    assert.equal(read(withFlow({ verdict: "DROPPED", drop_reason_desc: "NEW_REASON" })).dropReason, "NEW_REASON");
  });

  it("says what DNS and HTTP say", () => {
    assert.deepEqual(read(LINES.dnsQuery).l7?.dns?.query, "example.com.");
    assert.deepEqual(read(LINES.dnsAnswer).l7, {
      type: "RESPONSE",
      latencyNs: 1_500_000,
      http: undefined,
      dns: {
        query: "example.com.",
        ips: ["93.184.216.34"],
        ttl: 30,
        cnames: ["a.example.com."],
        observationSource: "proxy",
        rcode: 3,
        qtypes: ["A"],
        rrtypes: ["A"],
      },
    });
    assert.equal(read(LINES.httpRequest).l7?.http?.code, 0);
    assert.deepEqual(read(LINES.httpResponse).l7?.http, {
      code: 503,
      method: "GET",
      url: "http://api/v1/items",
      protocol: "HTTP/1.1",
    });
  });

  it("has reserved identities, ends that nobody knows, and addresses as this house writes them", () => {
    const world = read(LINES.world);
    assert.deepEqual([world.destination?.identity, world.destination?.labels], [2, ["reserved:world"]]);
    assert.equal(world.destinationAddress, "2001:db8::1");
    assert.deepEqual(world.destinationNames, ["example.com"]);
    const bare = read(LINES.bare);
    assert.deepEqual([bare.source, bare.destination], [undefined, undefined]);
    assert.deepEqual(bare.l4, { protocol: "ICMPv4", sourcePort: 0, destinationPort: 0, flags: [] });
  });

  it("may be a flow without an envelope, or have names in camel case and enums as numbers", () => {
    assert.deepEqual(read(JSON.stringify(FLOW)), read(LINES.syn));
    const camel = LINES.httpResponse
      .replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      .replace('"FORWARDED"', "1")
      .replace('"L7"', "2");
    const restored = camel.replace("L3L4", "L3_L4");
    assert.deepEqual(read(restored), read(LINES.httpResponse));
  });

  it("may tell of what only a newer server knows", () => {
    const flow = read(withFlow({ verdict: 9, traffic_direction: 7, Type: "L9", policy: { new: true } }));
    assert.deepEqual(
      [flow.verdict, flow.direction, flow.type],
      ["VERDICT_9", "TRAFFIC_DIRECTION_UNKNOWN", "UNKNOWN_TYPE"],
    );
    assert.equal(read(withFlow({ verdict: "BOUNCED" })).verdict, "VERDICT_UNKNOWN");
  });

  it("may be a loss, a relay's word on its servers, or none of ours", () => {
    const timeMs = Date.parse("2026-11-27T10:00:00Z") + 123.456;
    assert.deepEqual(readEvent(LINES.lost), {
      kind: "lost",
      source: "HUBBLE_RING_BUFFER",
      count: 12,
      nodeName: "kind/worker-1",
      timeMs,
    });
    assert.deepEqual(readEvent(LINES.status), {
      kind: "node_status",
      state: "NODE_UNAVAILABLE",
      nodeNames: ["a", "b"],
      message: "gone",
      nodeName: "relay",
      timeMs,
    });
    assert.equal(readEvent(LINES.agent).kind, "other");
  });

  for (const [what, line, reason] of [
    ["cut off", LINES.syn.slice(0, 100), /^no_json: /],
    ["a list", "[]", /^no_event: it is no object$/],
    ["nothing", "null", /^no_event: /],
    ["of something else", '{"level":"info"}', /^no_event: it has neither flow/],
    ["with a flow that is text", '{"flow":"x"}', /^bad_field: flow is no object$/],
    ["with no address", withFlow({ IP: { source: "localhost" } }), /^bad_field: IP.source is no address$/],
    ["with a port beyond all", withFlow({ l4: { UDP: { destination_port: 65536 } } }), /^bad_field: destination_port/],
    ["with no time", withFlow({ time: "yesterday" }), /^bad_field: time is no time since 1970$/],
    ["with a name for whether", withFlow({ is_reply: "yes" }), /^bad_field: is_reply is no object$/],
    ["with labels that are none", withFlow({ source: { labels: [1] } }), /^bad_field: labels is no text$/],
    ["with no verdict", withFlow({ verdict: {} }), /^bad_field: verdict is neither/],
  ] as const) {
    it(`is refused by name: ${what}`, () => assert.match(fault(line), reason));
  }

  for (const [name, line] of Object.entries(LINES)) {
    if (name === "agent") continue;
    it(`is written as it is read: ${name}`, () => {
      const event = readEvent(line);
      assert.deepEqual(readEvent(writeEvent(event)), event);
    });
  }

  it("is written with the schema's names, and without what is empty", () => {
    const written = JSON.parse(writeEvent(readEvent(LINES.httpResponse)));
    const told = JSON.parse(LINES.httpResponse);
    assert.deepEqual(written, { ...told, flow: { ...told.flow, reply: true } });
    assert.deepEqual(JSON.parse(writeEvent(readEvent(LINES.bare))).flow.l4, { ICMPv4: {} });
  });
});
