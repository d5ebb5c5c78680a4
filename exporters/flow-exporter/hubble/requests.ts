import type { Verdict } from "../model/hubble-flow.ts";

/** What GetFlows is asked for. Times are milliseconds since 1970, with fractions. */
export interface FlowsRequest {
  /** At most as many; 0: all. */
  number: number;
  /** The first that there are, not the last. */
  first: boolean;
  follow: boolean;
  /** A flow that matches one of these is left out. */
  blacklist: readonly FlowFilter[];
  /** A flow that matches none of these is left out; empty: none is. */
  whitelist: readonly FlowFilter[];
  sinceMs: number | undefined;
  untilMs: number | undefined;
}

/** All lists that are not empty must match, each with one of its values. Names as the schema has them. */
export interface FlowFilter {
  uuid: readonly string[];
  source_ip: readonly string[];
  source_ip_xlated: readonly string[];
  source_pod: readonly string[];
  source_fqdn: readonly string[];
  source_label: readonly string[];
  source_service: readonly string[];
  source_workload: readonly Workload[];
  source_cluster_name: readonly string[];
  source_identity: readonly number[];
  source_port: readonly string[];
  destination_ip: readonly string[];
  destination_pod: readonly string[];
  destination_fqdn: readonly string[];
  destination_label: readonly string[];
  destination_service: readonly string[];
  destination_workload: readonly Workload[];
  destination_cluster_name: readonly string[];
  destination_identity: readonly number[];
  destination_port: readonly string[];
  /** INGRESS, EGRESS. */
  traffic_direction: readonly string[];
  verdict: readonly Verdict[];
  drop_reason_desc: readonly string[];
  interface: readonly { index: number; name: string }[];
  event_type: readonly EventTypeFilter[];
  http_status_code: readonly string[];
  http_method: readonly string[];
  http_path: readonly string[];
  http_url: readonly string[];
  http_header: readonly { key: string; value: string }[];
  protocol: readonly string[];
  reply: readonly boolean[];
  dns_query: readonly string[];
  /** Of each, those that must be set. */
  tcp_flags: readonly (readonly string[])[];
  node_name: readonly string[];
  node_labels: readonly string[];
  /** IPv4, IPv6. */
  ip_version: readonly string[];
  trace_id: readonly string[];
  /** Undefined: it is left out. */
  experimental: { cel_expression: readonly string[] } | undefined;
}

interface Workload {
  name: string;
  kind: string;
}

interface EventTypeFilter {
  type: number;
  /** Whether `sub_type` counts: 0 is one, too. */
  match_sub_type: boolean;
  sub_type: number;
}

/** Of agent events, or debug events. */
export interface EventsRequest {
  number: number;
  first: boolean;
  follow: boolean;
}

export interface NodesResponse {
  nodes: readonly HubbleNode[];
}

interface HubbleNode {
  name: string;
  version: string;
  address: string;
  /** Such as NODE_CONNECTED. */
  state: string;
  tls: { enabled: boolean; server_name: string } | undefined;
  uptime_ns: number;
  num_flows: number;
  max_flows: number;
  seen_flows: number;
}

export interface NamespacesResponse {
  namespaces: readonly { cluster: string; namespace: string }[];
}

export interface ServerStatusResponse {
  num_flows: number;
  max_flows: number;
  seen_flows: number;
  uptime_ns: number;
  /** Of a relay; a server leaves it out. */
  num_connected_nodes: { value: number } | undefined;
  num_unavailable_nodes: { value: number } | undefined;
  unavailable_nodes: readonly string[];
  version: string;
  flows_rate: number;
}

export interface PeerChange {
  name: string;
  address: string;
  type: "PEER_ADDED" | "PEER_DELETED" | "PEER_UPDATED";
  /** Undefined: without TLS. */
  tls: { server_name: string } | undefined;
}
