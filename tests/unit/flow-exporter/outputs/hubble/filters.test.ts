import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FLOWS_REQUESTS, flowFilter } from "../../../../../exporters/flow-exporter/hubble/codecs.ts";
import type { FlowFilter } from "../../../../../exporters/flow-exporter/hubble/requests.ts";
import type { HubbleEndpoint, HubbleFlow } from "../../../../../exporters/flow-exporter/model/hubble-flow.ts";
import { FilterFault } from "../../../../../exporters/flow-exporter/outputs/hubble/filters/filter.ts";
import { flowTest } from "../../../../../exporters/flow-exporter/outputs/hubble/filters/flow-filter.ts";
import { unknownFilterField } from "../../../../../exporters/flow-exporter/outputs/hubble/filters/unknown-fields.ts";

const NOBODY: HubbleEndpoint = {
  id: 0,
  identity: 0,
  clusterName: "",
  namespace: "",
  podName: "",
  labels: [],
  workloads: [],
};
const WEB: HubbleEndpoint = {
  ...NOBODY,
  identity: 300,
  namespace: "shop",
  podName: "shop-web-1",
  labels: ["container:app=web", "k8s:tier=front", "reserved:host"],
  workloads: [{ name: "web", kind: "ComposeService" }],
};
const FLOW: HubbleFlow = {
  uuid: "one",
  timeMs: 1_000,
  nodeName: "alpha-1",
  verdict: "FORWARDED",
  dropReason: "",
  sourceAddress: "172.18.0.2",
  destinationAddress: "198.51.100.7",
  l4: { protocol: "TCP", sourcePort: 40_000, destinationPort: 443, flags: ["SYN", "ACK"] },
  source: WEB,
  destination: { ...NOBODY, identity: 2, labels: ["reserved:world"] },
  sourceNames: [],
  destinationNames: ["api.example.com"],
  sourceService: { name: "web", namespace: "shop" },
  destinationService: undefined,
  type: "L3_L4",
  eventType: { type: 4, subType: 11 },
  isReply: false,
  direction: "EGRESS",
  l7: undefined,
  summary: "",
};

const passes = (filter: Partial<FlowFilter>, flow: Partial<HubbleFlow> = {}) =>
  flowTest([flowFilter(filter)], [])({ ...FLOW, ...flow });

/** Of each filter: what lets the flow pass, and what does not. */
const CASES: readonly [passing: Partial<FlowFilter>, failing: Partial<FlowFilter>][] = [
  [{ source_pod: ["shop/shop-web"] }, { source_pod: ["shop/web", "store/shop-web"] }],
  [{ source_pod: ["shop/"] }, { source_pod: ["sho/"] }],
  [{ source_pod: ["/"] }, { destination_pod: ["/"] }],
  [{ source_pod: ["shop-w"] }, { destination_pod: ["shop-w"] }],
  [{ source_service: ["shop/we"] }, { destination_service: ["shop/we"] }],
  [{ source_ip: ["10.0.0.0/8", "172.18.0.0/16"] }, { source_ip: ["172.19.0.0/16"] }],
  [{ source_ip: ["172.18.0.2"] }, { source_ip: ["172.18.0.3"] }],
  [{ destination_ip: ["198.51.100.0/24"] }, { destination_ip: ["fd00::/8", "::/0"] }],
  [{ source_port: ["1", "40000"] }, { source_port: ["443"] }],
  [{ destination_port: ["443"] }, { destination_port: ["40000"] }],
  [{ protocol: ["udp", "TCP"] }, { protocol: ["udp", "icmp", "http", "kafka"] }],
  [{ verdict: ["DROPPED", "FORWARDED"] }, { verdict: ["DROPPED"] }],
  [
    { event_type: [{ type: 4, match_sub_type: false, sub_type: 0 }] },
    { event_type: [{ type: 4, match_sub_type: true, sub_type: 0 }] },
  ],
  [
    { event_type: [{ type: 0, match_sub_type: true, sub_type: 11 }] },
    { event_type: [{ type: 1, match_sub_type: false, sub_type: 0 }] },
  ],
  [{ reply: [false] }, { reply: [true] }],
  [{ source_label: ["app=web"] }, { source_label: ["app=api", "app"].slice(0, 1) }],
  [{ source_label: ["container:app=web,tier in (front, back)"] }, { source_label: ["k8s:app=web"] }],
  [{ source_label: ["any:app", "x"] }, { source_label: ["!app"] }],
  [{ source_label: ["app!=api,tier notin (back),!other"] }, { source_label: ["app!=web"] }],
  [{ destination_label: ["reserved:world"] }, { destination_label: ["reserved:host"] }],
  [{ source_workload: [{ name: "web", kind: "" }] }, { source_workload: [{ name: "web", kind: "Deployment" }] }],
  [{ source_workload: [{ name: "", kind: "ComposeService" }] }, { destination_workload: [{ name: "web", kind: "" }] }],
  [{ source_identity: [1, 300] }, { source_identity: [2] }],
  [{ destination_identity: [2] }, { destination_identity: [300] }],
  [{ destination_fqdn: ["*.EXAMPLE.com."] }, { destination_fqdn: ["example.com", "*.example"] }],
  [{ node_name: ["alpha-*"] }, { node_name: ["beta*"] }],
  [{ node_name: ["default/alpha-1"] }, { node_name: ["other/alpha-1"] }],
  [{ node_name: ["default/"] }, { node_name: ["other/"] }],
  [{ node_name: ["*l*a*1"] }, { node_name: ["*1*a*"] }],
  [{ ip_version: ["IPv4"] }, { ip_version: ["IPv6"] }],
  [{ tcp_flags: [["RST"], ["SYN", "ACK"]] }, { tcp_flags: [["SYN", "FIN"]] }],
  [{ traffic_direction: ["EGRESS"] }, { traffic_direction: ["INGRESS"] }],
  [{ uuid: ["one"] }, { uuid: ["two"] }],
  [{ drop_reason_desc: ["DROP_REASON_UNKNOWN"] }, { drop_reason_desc: ["POLICY_DENIED"] }],
  [{ source_cluster_name: [""] }, { source_cluster_name: ["default"] }],
];

for (const [passing, failing] of CASES) {
  test(`${JSON.stringify(passing)} lets it pass, ${JSON.stringify(failing)} does not`, () => {
    assert.equal(passes(passing), true);
    assert.equal(passes(failing), false);
  });
}

describe("filters of requests", () => {
  const l7 = (code: number) => ({
    l7: {
      type: "RESPONSE" as const,
      latencyNs: 0,
      http: { code, method: "GET", url: "/", protocol: "HTTP/1.1" },
      dns: undefined,
    },
  });

  test("look at codes and methods where there are any", () => {
    assert.equal(passes({ http_status_code: ["404", "5+"] }, l7(503)), true);
    assert.equal(passes({ http_status_code: ["404", "5+"] }, l7(200)), false);
    assert.equal(passes({ http_status_code: ["2+"] }), false);
    assert.equal(passes({ http_method: ["get"] }, l7(0)), true);
    assert.equal(passes({ http_method: ["get"] }), false);
    assert.equal(passes({ protocol: ["http"] }, l7(200)), true);
  });

  test("look at addresses of version 6 however they are written", () => {
    const flow = { sourceAddress: "fd00::1" };
    assert.equal(passes({ source_ip: ["FD00:0:0::0001"] }, flow), true);
    assert.equal(passes({ source_ip: ["fd00::/16"], ip_version: ["IPv6"] }, flow), true);
    assert.equal(passes({ source_ip: ["0.0.0.0/0"] }, flow), false);
  });

  test("a reply that nobody knows of is none only where it was dropped", () => {
    assert.equal(passes({ reply: [false] }, { isReply: undefined, verdict: "DROPPED" }), true);
    assert.equal(passes({ reply: [false, true] }, { isReply: undefined }), false);
  });

  test("all fields of one must match, and one of several", () => {
    assert.equal(passes({ source_pod: ["shop/"], verdict: ["DROPPED"] }), false);
    const either = [flowFilter({ verdict: ["DROPPED"] }), flowFilter({ source_pod: ["shop/"] })];
    assert.equal(flowTest(either, [])(FLOW), true);
  });

  test("what is denied is left out, whatever is allowed", () => {
    const [shop, all] = [flowFilter({ source_pod: ["shop/"] }), flowFilter({})];
    assert.equal(flowTest([all], [shop])(FLOW), false);
    assert.equal(flowTest([], [shop])(FLOW), false);
    assert.equal(flowTest([], [flowFilter({ verdict: ["DROPPED"] })])(FLOW), true);
    assert.equal(flowTest([], [])(FLOW), true);
  });

  const FAULTS: readonly [Partial<FlowFilter>, RegExp][] = [
    [{ source_ip: ["10.0.0.0/33"] }, /ip: 10\.0\.0\.0\/33/],
    [{ destination_ip: ["web"] }, /ip: web/],
    [{ source_port: ["http"] }, /port: http/],
    [{ protocol: ["quic"] }, /protocol: quic/],
    [{ protocol: ["constructor"] }, /protocol: constructor/],
    [{ source_pod: [""] }, /name must be/],
    [{ source_label: ["a=b=c"] }, /label: a=b=c/],
    [{ node_name: ["a/b/c"] }, /node_name: a\/b\/c/],
    [{ destination_fqdn: ["a b"] }, /fqdn: a b/],
    [{ http_status_code: ["teapot"] }, /http_status_code: teapot/],
    [{ source_port: Array.from({ length: 1_025 }, () => "1") }, /source_port: there may be 1024/],
  ];
  for (const [filter, message] of FAULTS) {
    test(`one that makes no sense is named: ${message}`, () => {
      assert.throws(
        () => passes(filter),
        (error: unknown) => error instanceof FilterFault && !error.isUnknownHere && message.test(error.message),
      );
    });
  }

  const UNKNOWN: readonly Partial<FlowFilter>[] = [
    { http_path: ["(a+)+$"] },
    { http_url: ["x"] },
    { http_header: [{ key: "a", value: "b" }] },
    { dns_query: ["x"] },
    { source_ip_xlated: ["1.2.3.4"] },
    { trace_id: ["x"] },
    { interface: [{ index: 1, name: "" }] },
    { node_labels: ["x"] },
    { experimental: { cel_expression: ["true"] } },
  ];
  for (const filter of UNKNOWN) {
    const [name = ""] = Object.keys(filter);
    test(`${name} is not known here, and says so`, () => {
      assert.throws(
        () => passes(filter),
        (error: unknown) => error instanceof FilterFault && error.isUnknownHere && error.message.startsWith(name),
      );
    });
  }

  test("there are no more than a command line has", () => {
    const many = Array.from({ length: 65 }, () => flowFilter({}));
    assert.throws(() => flowTest(many, []), /whitelist: there may be 64 filters/);
  });

  test("a field of a filter that only a newer client knows is found", () => {
    const request = FLOWS_REQUESTS.encode({
      number: 2 ** 64,
      first: false,
      follow: false,
      whitelist: [flowFilter({ source_pod: ["a"] })],
      blacklist: [],
      sinceMs: 5,
      untilMs: undefined,
    });
    assert.equal(unknownFilterField(request), undefined);
    // Field 6, the white list, with a filter that has field 900 as a number.
    assert.equal(unknownFilterField(Buffer.concat([request, Buffer.from([0x32, 3, 0xa0, 0x38, 1])])), 900);
    assert.throws(() => unknownFilterField(Buffer.from([0x32, 200, 1])), RangeError);
  });
});
