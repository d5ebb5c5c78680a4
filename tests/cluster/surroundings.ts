import type { Context } from "./context.ts";
import type { ImageArchive } from "./images.ts";
import type { Credentials } from "./node/certificates.ts";
import type { Machine } from "./node/machines.ts";
import type { Parts } from "./provide.ts";

/** Of the cluster's networks. They are nobody else's, since each of its machines has a network of its own. */
export const ADDRESSES = {
  /** Of the machine beside the nodes that is no node: the tests' own. */
  outside: "10.201.0.254",
  /** Of all nodes. */
  pods: "10.244.0.0/16",
  services: "10.96.0.0/16",
  serviceAddress: "10.96.0.1",
} as const;

/** A machine of the cluster's. */
export interface ClusterNode {
  name: string;
  address: string;
  /** Of its own pods. */
  pods: string;
  /** How its kube-proxy translates services' addresses. */
  proxyMode: "iptables" | "nftables";
}

/** The first one has the API server. The other differs in what each node may choose for itself. */
export const NODES = [
  { name: "node-1", address: "10.201.0.1", pods: "10.244.1.0/24", proxyMode: "iptables" },
  { name: "node-2", address: "10.201.0.2", pods: "10.244.2.0/24", proxyMode: "nftables" },
] as const satisfies readonly ClusterNode[];

export interface Wanted {
  parts: Parts;
  archive: ImageArchive;
  /** How many of its machines are to run pods, with all that takes. */
  nodes: 0 | 1 | 2;
  /** Whether there is to be a database beside the nodes. */
  store: boolean;
}

/** What each step of a machine's start works with. */
export interface Surroundings extends Machine {
  context: Context;
  wanted: Wanted;
  node: ClusterNode;
  credentials: Credentials;
}
