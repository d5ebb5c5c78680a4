import type { HubbleEndpoint, HubbleFlow } from "../../../exporters/flow-exporter/model/hubble-flow.ts";

const NOBODY: HubbleEndpoint = {
  id: 0,
  identity: 0,
  clusterName: "",
  namespace: "",
  podName: "",
  labels: [],
  workloads: [],
};

/** The beginning of a connection from shop/web to store/db, but for what differs. */
export function hubbleFlow(changes: Partial<HubbleFlow> = {}): HubbleFlow {
  return {
    uuid: "one",
    timeMs: 1_700_000_000_000,
    nodeName: "alpha",
    verdict: "FORWARDED",
    dropReason: "",
    sourceAddress: "172.18.0.2",
    destinationAddress: "172.18.0.3",
    l4: { protocol: "TCP", sourcePort: 40_000, destinationPort: 5432, flags: ["SYN"] },
    source: { ...NOBODY, identity: 300, namespace: "shop", podName: "web" },
    destination: { ...NOBODY, identity: 301, namespace: "store", podName: "db" },
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
    ...changes,
  };
}
