/** Hubble's words for what became of a packet or a request; a number that is not among its public ones is `VERDICT_<number>`. */
export type Verdict =
  | "VERDICT_UNKNOWN"
  | "FORWARDED"
  | "DROPPED"
  | "ERROR"
  | "AUDIT"
  | "REDIRECTED"
  | "TRACED"
  | "TRANSLATED"
  | `VERDICT_${number}`;

/** One end of a flow, as Hubble knows it. What it does not know is "", 0 or empty. */
export interface HubbleEndpoint {
  id: number;
  /** Cilium's number for the set of security labels; below 256: a reserved one, such as 2 for the world. */
  identity: number;
  clusterName: string;
  namespace: string;
  podName: string;
  /** Such as `k8s:app=web` or `reserved:world`. */
  labels: readonly string[];
  workloads: readonly { name: string; kind: string }[];
}

/** Of a request, an answer, or a sample of either. */
export interface HubbleL7 {
  type: "REQUEST" | "RESPONSE" | "SAMPLE" | "UNKNOWN_L7_TYPE";
  /** Of an answer: since the request; 0: not known. */
  latencyNs: number;
  http: HubbleHttp | undefined;
  dns: HubbleDns | undefined;
}

export interface HubbleHttp {
  /** 0: a request. */
  code: number;
  method: string;
  url: string;
  protocol: string;
}

export interface HubbleDns {
  query: string;
  ips: readonly string[];
  ttl: number;
  cnames: readonly string[];
  observationSource: string;
  /** 0: no error, or a request. */
  rcode: number;
  qtypes: readonly string[];
  rrtypes: readonly string[];
}

/**
 * One event of a flow in Hubble's terms: a packet seen, a request or an answer. It has no bytes. The same value whether it came
 * over gRPC, as a line of JSON, or is made of our own flows to be served.
 */
export interface HubbleFlow {
  uuid: string;
  /** Milliseconds since 1970, with fractions. */
  timeMs: number;
  nodeName: string;
  verdict: Verdict;
  /** Such as POLICY_DENIED; "": it was not dropped. */
  dropReason: string;
  /** Addresses; "": not known. */
  sourceAddress: string;
  destinationAddress: string;
  l4: HubbleL4 | undefined;
  source: HubbleEndpoint | undefined;
  destination: HubbleEndpoint | undefined;
  /** Domain names of the addresses. */
  sourceNames: readonly string[];
  destinationNames: readonly string[];
  sourceService: { name: string; namespace: string } | undefined;
  destinationService: { name: string; namespace: string } | undefined;
  type: "L3_L4" | "L7" | "SOCK" | "UNKNOWN_TYPE";
  /** Numbers of Cilium's monitor; type 4 is a trace, whose subtype 0 is to-endpoint. */
  eventType: { type: number; subType: number };
  /** Undefined: Hubble does not know, as of a packet that was dropped. */
  isReply: boolean | undefined;
  direction: "INGRESS" | "EGRESS" | "TRAFFIC_DIRECTION_UNKNOWN";
  l7: HubbleL7 | undefined;
  summary: string;
}

export interface HubbleL4 {
  protocol: "TCP" | "UDP" | "SCTP" | "ICMPv4" | "ICMPv6";
  /** 0 where the protocol has none. */
  sourcePort: number;
  destinationPort: number;
  /** Of TCP, such as SYN and ACK. */
  flags: readonly string[];
}
