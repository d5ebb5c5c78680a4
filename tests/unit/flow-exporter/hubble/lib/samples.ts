import type { HubbleFlow } from "../../../../../exporters/flow-exporter/model/hubble-flow.ts";

const NODE = "kind/worker-1";
const TIME = "2026-11-27T10:00:00.123456Z";

/** Lines as `hubble observe -o jsonpb` prints them, written from the public schema. */
export const LINES = {
  syn: line({
    verdict: "FORWARDED",
    ethernet: { source: "0a:58:0a:f4:01:0a", destination: "0a:58:0a:f4:01:01" },
    IP: { source: "10.244.1.10", destination: "10.244.1.20", ipVersion: "IPv4" },
    l4: { TCP: { source_port: 41000, destination_port: 80, flags: { SYN: true } } },
    source: endpoint("shop", "web-1", ["k8s:app=web"], 101, 20001),
    destination: endpoint("shop", "api-1", ["k8s:app=api"], 102, 20002),
    Type: "L3_L4",
    event_type: { type: 4 },
    traffic_direction: "INGRESS",
    trace_observation_point: "TO_ENDPOINT",
    is_reply: false,
    Summary: "TCP Flags: SYN",
  }),
  reply: line({
    verdict: "FORWARDED",
    IP: { source: "10.244.1.20", destination: "10.244.1.10", ipVersion: "IPv4" },
    l4: { TCP: { source_port: 80, destination_port: 41000, flags: { SYN: true, ACK: true } } },
    source: endpoint("shop", "api-1", ["k8s:app=api"], 102, 20002),
    destination: endpoint("shop", "web-1", ["k8s:app=web"], 101, 20001),
    Type: "L3_L4",
    event_type: { type: 4, sub_type: 3 },
    traffic_direction: "EGRESS",
    trace_observation_point: "TO_STACK",
    is_reply: true,
    Summary: "TCP Flags: SYN, ACK",
  }),
  dropped: line({
    verdict: "DROPPED",
    drop_reason: 133,
    IP: { source: "10.244.1.10", destination: "10.244.1.30", ipVersion: "IPv4" },
    l4: { TCP: { source_port: 41001, destination_port: 5432, flags: { SYN: true } } },
    source: endpoint("shop", "web-1", ["k8s:app=web"], 101, 20001),
    destination: endpoint("shop", "db-0", ["k8s:app=db"], 103, 20003),
    Type: "L3_L4",
    event_type: { type: 1, sub_type: 133 },
    traffic_direction: "EGRESS",
    drop_reason_desc: "POLICY_DENIED",
    Summary: "TCP Flags: SYN",
  }),
  dnsQuery: line({
    verdict: "FORWARDED",
    IP: { source: "10.244.1.10", destination: "10.244.0.2", ipVersion: "IPv4" },
    l4: { UDP: { source_port: 50001, destination_port: 53 } },
    source: endpoint("shop", "web-1", ["k8s:app=web"], 101, 20001),
    destination: endpoint("kube-system", "coredns-1", ["k8s:k8s-app=kube-dns"], 7, 20009),
    Type: "L7",
    l7: { type: "REQUEST", dns: { query: "example.com.", observation_source: "proxy", qtypes: ["A"] } },
    event_type: { type: 129 },
    traffic_direction: "EGRESS",
    is_reply: false,
    Summary: "DNS Query example.com. A",
  }),
  dnsAnswer: line({
    verdict: "FORWARDED",
    IP: { source: "10.244.0.2", destination: "10.244.1.10", ipVersion: "IPv4" },
    l4: { UDP: { source_port: 53, destination_port: 50001 } },
    source: endpoint("kube-system", "coredns-1", ["k8s:k8s-app=kube-dns"], 7, 20009),
    destination: endpoint("shop", "web-1", ["k8s:app=web"], 101, 20001),
    Type: "L7",
    l7: {
      type: "RESPONSE",
      latency_ns: "1500000",
      dns: {
        query: "example.com.",
        ips: ["93.184.216.34"],
        ttl: 30,
        cnames: ["a.example.com."],
        observation_source: "proxy",
        rcode: 3,
        qtypes: ["A"],
        rrtypes: ["A"],
      },
    },
    event_type: { type: 129 },
    traffic_direction: "INGRESS",
    is_reply: true,
    Summary: "DNS Answer",
  }),
  httpRequest: line({
    verdict: "FORWARDED",
    IP: { source: "10.244.1.10", destination: "10.244.1.20", ipVersion: "IPv4" },
    l4: { TCP: { source_port: 41000, destination_port: 80 } },
    source: endpoint("shop", "web-1", ["k8s:app=web"], 101, 20001),
    destination: endpoint("shop", "api-1", ["k8s:app=api"], 102, 20002),
    Type: "L7",
    l7: {
      type: "REQUEST",
      http: {
        method: "GET",
        url: "http://api/v1/items",
        protocol: "HTTP/1.1",
        headers: [{ key: "Host", value: "api" }],
      },
    },
    event_type: { type: 129 },
    traffic_direction: "INGRESS",
    is_reply: false,
    Summary: "HTTP/1.1 GET http://api/v1/items",
  }),
  httpResponse: line({
    verdict: "FORWARDED",
    IP: { source: "10.244.1.20", destination: "10.244.1.10", ipVersion: "IPv4" },
    l4: { TCP: { source_port: 80, destination_port: 41000 } },
    source: endpoint("shop", "api-1", ["k8s:app=api"], 102, 20002),
    destination: endpoint("shop", "web-1", ["k8s:app=web"], 101, 20001),
    Type: "L7",
    l7: {
      type: "RESPONSE",
      latency_ns: "4200000",
      http: { code: 503, method: "GET", url: "http://api/v1/items", protocol: "HTTP/1.1" },
    },
    event_type: { type: 129 },
    traffic_direction: "INGRESS",
    is_reply: true,
    Summary: "HTTP/1.1 503 4ms (GET http://api/v1/items)",
  }),
  /** To the world, which is reserved, by a name. */
  world: line({
    verdict: "FORWARDED",
    IP: { source: "10.244.1.10", destination: "2001:0DB8:0::1", ipVersion: "IPv6" },
    l4: { TCP: { source_port: 41002, destination_port: 443, flags: { ACK: true, PSH: true } } },
    source: endpoint("shop", "web-1", ["k8s:app=web"], 101, 20001),
    destination: { identity: 2, labels: ["reserved:world"] },
    Type: "L3_L4",
    destination_names: ["example.com"],
    event_type: { type: 4, sub_type: 11 },
    traffic_direction: "EGRESS",
    is_reply: false,
    Summary: "TCP Flags: ACK, PSH",
  }),
  /** Nobody knows either end. */
  bare: line({
    verdict: "FORWARDED",
    IP: { source: "10.0.0.1", destination: "10.0.0.2", ipVersion: "IPv4" },
    l4: { ICMPv4: { type: 8 } },
    Type: "L3_L4",
    event_type: { type: 4, sub_type: 10 },
    Summary: "ICMPv4 EchoRequest",
  }),
  lost: `{"lost_events":{"source":"HUBBLE_RING_BUFFER","num_events_lost":"12","cpu":3},"node_name":"${NODE}","time":"${TIME}"}`,
  status: `{"node_status":{"state_change":"NODE_UNAVAILABLE","node_names":["a","b"],"message":"gone"},"node_name":"relay","time":"${TIME}"}`,
  agent: `{"agent_event":{"type":"AGENT_STARTED"},"node_name":"${NODE}","time":"${TIME}"}`,
} as const;

/** A flow of which nothing is known but when it was and what is given. */
export function hubbleFlow(set: Partial<HubbleFlow> = {}): HubbleFlow {
  return {
    uuid: "",
    timeMs: 1_795_000_000_000,
    nodeName: "",
    verdict: "FORWARDED",
    dropReason: "",
    sourceAddress: "",
    destinationAddress: "",
    l4: undefined,
    source: undefined,
    destination: undefined,
    sourceNames: [],
    destinationNames: [],
    sourceService: undefined,
    destinationService: undefined,
    type: "L3_L4",
    eventType: { type: 0, subType: 0 },
    isReply: undefined,
    direction: "TRAFFIC_DIRECTION_UNKNOWN",
    l7: undefined,
    summary: "",
    ...set,
  };
}

function line(flow: object): string {
  const uuid = "6b6f2f3e-0000-4000-8000-000000000001";
  return JSON.stringify({ flow: { time: TIME, uuid, ...flow, node_name: NODE }, node_name: NODE, time: TIME });
}

function endpoint(namespace: string, pod: string, labels: readonly string[], id: number, identity: number) {
  const workloads = [{ name: pod.replace(/-\d+$/, ""), kind: "Deployment" }];
  return { ID: id, identity, cluster_name: "kind", namespace, labels, pod_name: pod, workloads };
}
