import type { Port } from "../lib/ports.ts";

/** What the exporter answers with; byte counts are payload, from the source's side. */
export interface GraphNode {
  id: string;
  kind: string;
  container_id: string;
  image: string;
  compose_project: string;
  compose_service: string;
  pod: string;
  namespace: string;
  sent_bytes: number;
  received_bytes: number;
}

export interface GraphLink {
  source: string;
  destination: string;
  destination_port: Port;
  protocol: string;
  sent_bytes: number;
  received_bytes: number;
  connections: number;
  opened: number;
  closed: number;
  failed: number;
  retransmits: number;
  /** Since a connection was open, or carried anything. */
  idle_seconds: number;
}

export interface Graph {
  nodes: GraphNode[];
  links: GraphLink[];
}

export interface Work {
  cpu_seconds: number;
  read_bytes: number;
  written_bytes: number;
  minor_faults: number;
  major_faults: number;
  resident_bytes: number;
}

export interface Flow {
  source: string;
  destination: string;
  destination_port: number;
  protocol: string;
  source_address: string;
  source_port: number;
  destination_address: string;
  destination_address_port: number;
  sent_bytes: number;
  received_bytes: number;
  retransmits: number;
  rtt_seconds: number;
  state: string;
  failed: boolean;
  error: string | null;
  start: string | null;
  end: string | null;
  pid: number;
  comm: string;
  work: { pid: number; comm: string; before: Work; during: Work } | null;
}

export interface FlowsPage {
  total: number;
  limit: number;
  offset: number;
  flows: Flow[];
}

export interface Container {
  id: string;
  name: string;
  /** Its name in edges. */
  endpoint: string;
  image: string;
  compose_project: string;
  compose_service: string;
  pod: string;
  namespace: string;
  network_mode: string;
  addresses: string[];
  published_ports: { protocol: string; host_port: number; container_port: number }[];
  sent_bytes: number;
  received_bytes: number;
  cpu_seconds: number;
  read_bytes: number;
  written_bytes: number;
  resident_bytes: number;
}

export interface ContainersPage {
  total: number;
  containers: Container[];
}

export interface DashboardEntry {
  uid: string;
  title: string;
  description?: string;
}
