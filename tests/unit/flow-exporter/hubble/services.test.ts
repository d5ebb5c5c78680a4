import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { flowFilter } from "../../../../exporters/flow-exporter/hubble/codecs.ts";
import { encodeEvent } from "../../../../exporters/flow-exporter/hubble/event-bytes.ts";
import { readEvent } from "../../../../exporters/flow-exporter/hubble/event-json.ts";
import type { FlowsRequest } from "../../../../exporters/flow-exporter/hubble/requests.ts";
import { OBSERVER, PEER } from "../../../../exporters/flow-exporter/hubble/services.ts";
import { LINES } from "./lib/samples.ts";

describe("what a server is asked, and answers", () => {
  it("has the public paths", () => {
    assert.deepEqual(
      [...Object.values(OBSERVER), PEER.Notify].map(({ path, responseStream }) => [path, responseStream]),
      [
        ["/observer.Observer/GetFlows", true],
        ["/observer.Observer/GetAgentEvents", true],
        ["/observer.Observer/GetDebugEvents", true],
        ["/observer.Observer/GetNodes", false],
        ["/observer.Observer/GetNamespaces", false],
        ["/observer.Observer/ServerStatus", false],
        ["/peer.Peer/Notify", true],
      ],
    );
  });

  it("asks for flows with every filter", () => {
    const filter = flowFilter({
      uuid: ["u"],
      source_ip: ["10.0.0.0/8"],
      source_pod: ["shop/web"],
      source_label: ["app=web"],
      source_workload: [{ name: "web", kind: "Deployment" }],
      destination_port: ["80"],
      destination_identity: [2],
      traffic_direction: ["INGRESS"],
      verdict: ["DROPPED", "ERROR"],
      drop_reason_desc: ["POLICY_DENIED"],
      event_type: [{ type: 4, match_sub_type: true, sub_type: 0 }],
      http_status_code: ["5+"],
      http_header: [{ key: "a", value: "b" }],
      protocol: ["tcp"],
      reply: [false],
      tcp_flags: [["SYN"], ["FIN", "ACK"]],
      ip_version: ["IPv6"],
      experimental: { cel_expression: ["true"] },
    });
    const request: FlowsRequest = {
      number: 20,
      first: false,
      follow: true,
      blacklist: [flowFilter({ source_fqdn: ["*.example.com"] })],
      whitelist: [filter],
      sinceMs: 1_795_000_000_000.25,
      untilMs: undefined,
    };
    const { requestSerialize, requestDeserialize } = OBSERVER.GetFlows;
    assert.deepEqual(requestDeserialize(requestSerialize(request)), request);
  });

  it("takes the largest number there is for all, as a client says it", () => {
    const bytes = Buffer.from([0x08, ...Array(9).fill(0xff), 0x01]);
    assert.equal(OBSERVER.GetFlows.requestDeserialize(bytes).number, 2 ** 64);
  });

  it("answers with an event, or with bytes that are one", () => {
    const event = readEvent(LINES.syn);
    const { responseSerialize, responseDeserialize } = OBSERVER.GetFlows;
    assert.deepEqual(responseDeserialize(responseSerialize(event)), event);
    const bytes = encodeEvent(event);
    assert.equal(responseSerialize(bytes), bytes);
  });

  it("tells of nodes, namespaces, its own state and its peers", () => {
    const node = {
      name: "a",
      version: "1",
      address: "10.0.0.1:4245",
      state: "NODE_CONNECTED",
      tls: { enabled: true, server_name: "a" },
      uptime_ns: 5e9,
      num_flows: 1,
      max_flows: 4095,
      seen_flows: 2 ** 40,
    };
    const nodes = { nodes: [node, { ...node, tls: undefined }] };
    assert.deepEqual(OBSERVER.GetNodes.responseDeserialize(OBSERVER.GetNodes.responseSerialize(nodes)), nodes);
    const namespaces = { namespaces: [{ cluster: "", namespace: "shop" }] };
    const { GetNamespaces, ServerStatus } = OBSERVER;
    assert.deepEqual(GetNamespaces.responseDeserialize(GetNamespaces.responseSerialize(namespaces)), namespaces);
    const status = {
      num_flows: 1,
      max_flows: 4095,
      seen_flows: 9,
      uptime_ns: 1e12,
      num_connected_nodes: { value: 0 },
      num_unavailable_nodes: undefined,
      unavailable_nodes: [],
      version: "1.2.3",
      flows_rate: 0.5,
    };
    assert.deepEqual(ServerStatus.responseDeserialize(ServerStatus.responseSerialize(status)), status);
    const peer = { name: "a", address: "10.0.0.1:4245", type: "PEER_ADDED", tls: undefined } as const;
    assert.deepEqual(PEER.Notify.responseDeserialize(PEER.Notify.responseSerialize(peer)), peer);
  });
});
