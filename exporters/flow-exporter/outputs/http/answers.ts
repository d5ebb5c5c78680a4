/*
 * What the exporter's API answers, for the exporter, the console and the tests. Types only, and no imports: the console
 * is compiled for a browser. Byte counts are payload, from the source's side. docs/api.md describes the same in words.
 */

/** `/healthz`, of which the console shows this much. */
export interface Health {
  /** What may fail on its own. `up` is null while it is not in use. */
  sources: Record<string, { up: boolean | null; reason: string }>;
  /** Null without `FLOW_STORE`. */
  store: {
    /** Whether translated addresses are followed; `absent`: this kernel never shows them. Null: there was no need yet. */
    nat: { followed: boolean; absent: boolean; reason: string } | null;
  } | null;
}

/** A port, or all ports between two endpoints beyond those that have a link of their own. */
export type Port = number | "~many";

/** Growth of counters per second over the last 15 seconds, or since they began to grow in that time. */
type PerSecond<Counter extends string> = Record<Counter, number>;

/** How a container does. */
export interface Condition {
  /** The engine's word: running, paused, restarting; empty where it is not known. */
  state: string;
  /** healthy, unhealthy, starting; empty where there is no health check. */
  health: string;
  /** How often its restart policy has started it again. */
  restarts: number;
  /** Since it was started last, as of the answer; null while it restarts, and where that is not known. */
  uptime_seconds: number | null;
}

/** Whose flows an answer has. */
export interface Scope {
  /** Name of the node that answers. */
  node: string;
  /** `this`: its own, as they are now; `all`: those of all nodes, as they were written to the store that these share. */
  shown: "this" | "all";
  /** Names of the nodes that are known; more than one only where a store is shared. */
  nodes: string[];
  /** Why other nodes are not shown although a store is shared; null: there are none, or they are. */
  reason: { code: string; message: string } | null;
  /** Of all nodes, totals are of the flows that were written since then; null: since the counters began. */
  since: string | null;
  /** How many edges of all nodes there were no places for. */
  edges_left_out: number;
}

/** Which ends of a flow nodes have told of; the other one is called by who had its address, or is in the world. */
type Halves = "client" | "server" | "both";

/** An endpoint: how it does, if it is a container, and what it sent and received over all its links in the answer. */
export interface GraphNode extends Condition {
  /** Its name, and, where a store is shared, its node's: `web@node-a`. */
  id: string;
  name: string;
  /** Where it is; empty: on none that is known. */
  node: string;
  kind: string;
  container_id: string;
  image: string;
  compose_project: string;
  compose_service: string;
  pod: string;
  namespace: string;
  /** Names of the services of Kubernetes that it is behind. */
  services: string[];
  /** What made its pod, such as ReplicaSet/web-5d4f8c7b9; empty: nothing, or it is none. */
  pod_owner: string;
  /** Who has seen an edge of it: `kernel`, and others who are asked. */
  origins: string[];
  sent_bytes: number;
  received_bytes: number;
  /** What its processes have done; null: it is not on the node that answers, or that is not known. */
  work: NodeWork | null;
}

interface WorkRates {
  per_second: PerSecond<"cpu_seconds" | "read_bytes" | "written_bytes"> | null;
}

export interface NodeWork extends Omit<Work, "minor_faults" | "major_faults">, WorkRates {}

/** How often others have seen something, by its name. */
export interface Count {
  name: string;
  count: number;
}

/** What another observer says of a link: events, not bytes. */
export interface Observed {
  /** As FLOW_SOURCES names it. */
  origin: string;
  /** Of both directions, and of them answers, where it tells which are. */
  events: number;
  replies: number;
  /** The most frequent first. */
  verdicts: Count[];
  /** Why some were dropped. */
  drop_reasons: Count[];
  /** Type and subtype, as the observer calls them. */
  types: Count[];
  http: ObservedHttp | null;
  dns: ObservedDns | null;
  /** Events just now; null: not known. */
  per_second: number | null;
  /** When the last event was seen. */
  seen: string;
}

interface ObservedHttp {
  requests: number;
  responses: number;
  methods: Count[];
  /** Answers by status. */
  codes: Count[];
  /** The mean; null: not known. */
  latency_seconds: number | null;
}

interface ObservedDns {
  queries: number;
  responses: number;
  rcodes: Count[];
}

export interface GraphLink {
  /** Ids of nodes. */
  source: string;
  destination: string;
  source_node: string;
  destination_node: string;
  /** 0: only others have seen it, and do not tell. */
  destination_port: Port;
  protocol: string;
  halves: Halves;
  /** Who has seen it: `kernel`, whose bytes and connections are here, and those in `observed`. */
  origins: string[];
  sent_bytes: number;
  received_bytes: number;
  /** Open now. */
  connections: number;
  opened: number;
  closed: number;
  failed: number;
  retransmits: number;
  /** Null until the exporter has read twice, and while the tracer is gone. */
  per_second: PerSecond<"sent_bytes" | "received_bytes" | "opened" | "failed"> | null;
  /** The mean of the same time; null: nothing came for which the kernel knows it. */
  rtt_seconds: number | null;
  /** Since a connection was open, or carried anything. */
  idle_seconds: number;
  /** What others who watch say of it. */
  observed: Observed[];
}

/** `/api/graph` */
export interface Graph {
  scope: Scope;
  /** Open sockets that the exporter had no room for in its memory. */
  left_out: number;
  nodes: GraphNode[];
  links: GraphLink[];
}

/** As protobuf has timestamps and durations; 0 and 0: not known. */
export interface HubbleTime {
  seconds: number;
  nanos: number;
}

export interface HubbleLabel {
  key: string;
  value: string;
}

/** A node, in the words of Hubble UI. */
export interface HubbleService {
  id: string;
  name: string;
  namespace: string;
  labels: HubbleLabel[];
  dnsNames: string[];
  egressPolicyEnforced: boolean;
  ingressPolicyEnforced: boolean;
  visibilityPolicyStatus: string;
  creationTimestamp: HubbleTime;
}

export interface HubbleLink {
  id: string;
  sourceId: string;
  destinationId: string;
  /** 0: several, or none. */
  destinationPort: number;
  /** 0 unknown, 1 TCP, 2 UDP, 3 ICMPv4, 4 ICMPv6. */
  ipProtocol: number;
  /** Hubble's: 0 unknown, 1 forwarded, 2 dropped, 3 error … */
  verdict: number;
  flowAmount: number;
  bytesTransferred: number;
  latency: { min: HubbleTime; max: HubbleTime; avg: HubbleTime };
}

/** `/api/graph?format=hubble` */
export interface HubbleGraph {
  scope: Scope;
  left_out: number;
  services: HubbleService[];
  links: HubbleLink[];
}

export interface DagNode {
  /** Name of the machine it is on; empty: on none that is known. */
  agent_guid: string;
  /** Id of its container; empty: it is none. */
  guid: string;
  id: string;
  image: string;
  name: string;
  platform: "kubernetes" | "docker" | "host" | "";
  pod: string;
}

export interface DagLink {
  /** Keys of `dag_nodes`. */
  source: string;
  target: string;
  /** There are none: nobody traces requests here. */
  traceIds: string[];
  /** Bytes of both directions. */
  value: number;
}

/** `/api/graph?format=dag` */
export interface DagGraph {
  scope: Scope;
  left_out: number;
  /** By their ids. */
  dag_nodes: Record<string, DagNode>;
  dag_links: DagLink[];
}

export interface Work {
  cpu_seconds: number;
  read_bytes: number;
  written_bytes: number;
  minor_faults: number;
  major_faults: number;
  resident_bytes: number;
}

/** What a flow's process had done up to its start, and what it did while the flow lived. */
export interface FlowWork {
  pid: number;
  comm: string;
  before: Work;
  during: Work;
}

export interface Flow {
  source: string;
  destination: string;
  /** Where they are; empty: on no node that is known. */
  source_node: string;
  destination_node: string;
  halves: Halves;
  destination_port: Port;
  protocol: string;
  source_address: string;
  source_port: number;
  destination_address: string;
  destination_address_port: Port;
  sent_bytes: number;
  received_bytes: number;
  retransmits: number;
  rtt_seconds: number;
  state: string;
  failed: boolean;
  /** Such as ECONNREFUSED. */
  error: string | null;
  /** ISO 8601; null: it is older than the tracer. */
  start: string | null;
  /** Null: it is open. */
  end: string | null;
  pid: number;
  comm: string;
  /** Null where it is not known. */
  work: FlowWork | null;
  /** Who has seen it: `kernel`, or another who tells of it, which has no bytes then. */
  origin: string;
  /** What that other says of it; null: it was counted here. */
  observed: FlowObserved | null;
}

interface FlowObserved {
  /** Hubble's word, of the last event that has one. */
  verdict: string;
  /** Empty: it was not dropped. */
  drop_reason: string;
  /** Where the last event was observed; empty: not told. */
  node: string;
  /** Whether the last event was an answer; null: nobody knows. */
  is_reply: boolean | null;
  /** Of either direction, and of them answers. */
  events: number;
  replies: number;
  /** The last request or answer that was told. */
  l7: L7 | null;
}

/** A request, an answer to one, or a sample of either. */
export interface L7 {
  type: string;
  /** Of an answer, since the request; null: not known. */
  latency_seconds: number | null;
  http: L7Http | null;
  dns: L7Dns | null;
}

interface L7Http {
  /** 0: it is a request. */
  code: number;
  method: string;
  url: string;
  protocol: string;
}

interface L7Dns {
  query: string;
  /** 0: no error, or it is a request. */
  rcode: number;
  ips: string[];
  cnames: string[];
  qtypes: string[];
  rrtypes: string[];
  ttl: number;
}

/** Which part of a list an answer has. */
interface Page {
  /** Of the whole list. */
  total: number;
  limit: number;
  offset: number;
}

/** `/api/flows` */
export interface FlowsPage extends Page {
  scope: Scope;
  /** Open sockets that the exporter had no room for in its memory, and which are in no list. */
  left_out: number;
  /** Who tells of flows, whatever is asked for. */
  origins: string[];
  flows: Flow[];
}

interface PublishedPort {
  protocol: string;
  host_port: number;
  container_port: number;
}

export interface Container extends Condition {
  id: string;
  name: string;
  /** Its name in edges. */
  endpoint: string;
  image: string;
  compose_project: string;
  compose_service: string;
  pod: string;
  namespace: string;
  services: string[];
  pod_owner: string;
  network_mode: string;
  addresses: string[];
  published_ports: PublishedPort[];
  /** ISO 8601; null where it is not known. */
  started_at: string | null;
  sent_bytes: number;
  received_bytes: number;
  cpu_seconds: number;
  read_bytes: number;
  written_bytes: number;
  resident_bytes: number;
  /** Null until the exporter has read twice, and while the tracer is gone. */
  per_second: PerSecond<"sent_bytes" | "received_bytes" | "cpu_seconds" | "read_bytes" | "written_bytes"> | null;
}

/** `/api/containers` */
export interface ContainersPage extends Page {
  /** Name of the node that they are on: the one that answers. */
  node: string;
  /** Names of the nodes that are known; more than one only where a store is shared. */
  nodes: string[];
  containers: Container[];
}

export interface Owner {
  name: string;
  kind: string;
  container_id: string;
  image: string;
  namespace: string;
  pod: string;
  service: string;
}

/** What the node at one end knows of a transaction; bytes from that end. */
export interface TransactionHalf {
  node: string;
  owner: Owner;
  sent_bytes: number;
  received_bytes: number;
  retransmits: number;
  rtt_seconds: number;
  state: string;
  opened: boolean;
  failed: boolean;
  /** Such as ECONNREFUSED. */
  error: string | null;
  /** Whether its addresses are translated on their way: `none`, `followed` or `unknown`. */
  nat: string;
  /** The key of the addresses and ports that its own socket has. */
  socket_key: string;
  /** By the clock of its node. ISO 8601; null: it is older than the tracer. */
  start: string | null;
  /** Null: it was open when it was written last. */
  end: string | null;
}

/** Whose an end is. */
export interface TransactionEnd extends Owner {
  node: string;
  /** `half`: its own half says so; `address`: it had the address then. */
  by: string;
}

export interface Transaction {
  key: string;
  protocol: string;
  /** Counts the uses of the same key, from 0. */
  incarnation: number;
  source_address: string;
  source_port: number;
  destination_address: string;
  destination_port: number;
  /** Null: no node has written it. */
  client: TransactionHalf | null;
  server: TransactionHalf | null;
  /** `both`, `client` or `server`. */
  halves: string;
  /** Why there is one half: `nat_unknown`, `peer_unknown` or `peer_silent`; null: there are both. */
  apart: string | null;
  /** Null: nobody knows. */
  source: TransactionEnd | null;
  destination: TransactionEnd | null;
  /** By the clock of the store. */
  first_seen: string;
  last_seen: string;
}

/** `/api/transactions` */
export interface TransactionsPage {
  transactions: Transaction[];
  /** What `after` is for the next page; null: this is the last. */
  next: string | null;
}

export interface Holder {
  address: string;
  node: string;
  /** Of the container that has, or had, the address. */
  uid: string;
  owner: Owner;
  /** What made its pod, such as `ReplicaSet/web-5d4f8c7b9`; empty: it is in none. */
  pod_owner: string;
  /** By the clock of the store. */
  valid_from: string;
  valid_to: string;
}

/** `/api/metadata` */
export interface MetadataPage {
  metadata: Holder[];
  next: string | null;
}

export interface DashboardEntry {
  uid: string;
  title: string;
  /** Of Grafana's, such as `flowtally`; empty: none. */
  folder: string;
  description?: string;
}

/** `/api/dashboards` */
export interface DashboardsPage {
  dashboards: DashboardEntry[];
}

/** Every answer that is none. */
export interface Refusal {
  error: {
    /** For programs. */
    code: string;
    /** For people. */
    message: string;
  };
}
