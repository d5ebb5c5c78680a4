import type { Counts } from "./counts.ts";
import type { Edge } from "./edge.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * Who talks to whom in the words of somebody else who watches, such as Hubble: events counted, not bytes. From the client's
 * side: answers are turned round. It is shown beside what the kernel says of the same edge, and added to nothing.
 */
export interface ObservedEdge extends ObservedCounts {
  /** Who says so, as in FLOW_SOURCES: `hubble:relay:4245`, `hubble-file:/path`, `hubble-metrics`. */
  origin: string;
  source: Endpoint;
  destination: Endpoint;
  /** 0: not told. */
  destinationPort: Edge["destinationPort"];
  /** In small letters: tcp, udp, sctp, icmpv4, icmpv6; "": not told. */
  protocol: string;
  /** Events per second just now; undefined: not known yet. */
  perSecond: number | undefined;
}

/** What is counted of the events of an edge. */
export interface ObservedCounts {
  /** Events of either direction; of them answers. */
  flows: number;
  replies: number;
  /** Events by verdict, such as FORWARDED. */
  verdicts: Counts;
  /** Why some were dropped, such as POLICY_DENIED. */
  dropReasons: Counts;
  /** Events by type and subtype, such as `L3_L4/to-endpoint`, `Trace/to-endpoint` or `L7/HTTP`, as the origin calls them. */
  types: Counts;
  http: ObservedHttp | undefined;
  dns: ObservedDns | undefined;
  /** When the last event was seen, milliseconds since 1970. */
  seenMs: number;
}

export interface ObservedHttp {
  requests: number;
  responses: number;
  methods: Counts;
  /** Answers by status code. */
  codes: Counts;
  latencySeconds: { sum: number; count: number };
}

export interface ObservedDns {
  queries: number;
  responses: number;
  /** Answers by rcode, such as `No Error` or `Non-Existent Domain`. */
  rcodes: Counts;
}
