import type { HubbleEvent } from "../../../exporters/flow-exporter/hubble/event.ts";
import type { HubbleEndpoint, HubbleFlow } from "../../../exporters/flow-exporter/model/hubble-flow.ts";

const PODS = 100;
const SERVERS = 10;
const START_MS = Date.UTC(2030, 0, 1);
const FLAGS = [["SYN"], ["SYN", "ACK"], ["ACK", "PSH"], ["ACK", "FIN"]];

/** So many events, one in five an HTTP request or response, of a thousand edges between two hundred pods. */
export function hubbleEvents(count: number): HubbleEvent[] {
  return Array.from({ length: count }, (_, number) => {
    const flow = flowOf(number);
    return { kind: "flow", flow, nodeName: flow.nodeName, timeMs: flow.timeMs };
  });
}

function flowOf(number: number): HubbleFlow {
  const isReply = number % 2 === 1;
  const client = podOf(number % PODS, "web", 1);
  const server = podOf((number * 7 + (Math.floor(number / PODS) % SERVERS)) % PODS, "api", 2);
  const [source, destination] = isReply ? [server, client] : [client, server];
  const ports = { client: 30_000 + (number % 20_000), server: 8080 };
  const isHttp = number % 10 < 2;
  return {
    uuid: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    timeMs: START_MS + number,
    nodeName: "bench/node-1",
    verdict: number % 50 === 0 ? "DROPPED" : "FORWARDED",
    dropReason: number % 50 === 0 ? "POLICY_DENIED" : "",
    sourceAddress: source.address,
    destinationAddress: destination.address,
    l4: {
      protocol: "TCP",
      sourcePort: isReply ? ports.server : ports.client,
      destinationPort: isReply ? ports.client : ports.server,
      flags: isHttp ? [] : (FLAGS[number % FLAGS.length] ?? []),
    },
    source: source.endpoint,
    destination: destination.endpoint,
    sourceNames: [],
    destinationNames: [],
    sourceService: undefined,
    destinationService: undefined,
    type: isHttp ? "L7" : "L3_L4",
    eventType: isHttp ? { type: 129, subType: 0 } : { type: 4, subType: 3 },
    isReply,
    direction: "EGRESS",
    l7: isHttp
      ? {
          type: isReply ? "RESPONSE" : "REQUEST",
          latencyNs: isReply ? 4_000_000 : 0,
          http: { code: isReply ? 200 : 0, method: "GET", url: "http://api/v1/items", protocol: "HTTP/1.1" },
          dns: undefined,
        }
      : undefined,
    summary: "TCP Flags: ACK, PSH",
  };
}

function podOf(number: number, app: string, network: number): { address: string; endpoint: HubbleEndpoint } {
  const labels = [`k8s:app=${app}`, "k8s:io.kubernetes.pod.namespace=shop", "k8s:io.cilium.k8s.policy.cluster=bench"];
  const endpoint = {
    id: number + 1,
    identity: 20_000 + network,
    clusterName: "bench",
    namespace: "shop",
    podName: `${app}-${number}`,
    labels,
    workloads: [{ name: app, kind: "Deployment" }],
  };
  return { address: `10.244.${network}.${number + 1}`, endpoint };
}
