/** Which end of a connection a node has seen: the one that asked for it, or the one that was asked. */
export type Side = "client" | "server";

/** Addresses and ports as they are on the wire between two nodes, so that both nodes write the same; ports are the ends' own. */
export interface WireTuple {
  protocol: "tcp" | "udp";
  sourceAddress: string;
  sourcePort: number;
  destinationAddress: string;
  destinationPort: number;
}

/** What is known of a translation of addresses (NAT) between an end's own socket and the wire. */
export type Nat =
  /** The flow does not leave its node, so only halves of the same node belong to it: others give out the same addresses. */
  | "local"
  /** There is none: the tuple is the socket's own. */
  | "none"
  /** There is one: the tuple is what this node's kernel has made of the socket's. */
  | "followed"
  /** Nobody could say: the tuple is the socket's own, which the other node may never see. */
  | "unknown";

/** Whose a half is; a word that is not known, or means nothing for this kind, is empty. */
export interface Owner {
  name: string;
  kind: string;
  containerId: string;
  image: string;
  /** Of its pod; of a container in none, its Compose project. */
  namespace: string;
  pod: string;
  service: string;
}

/** What one node knows of a transaction: its own end. Counters are of the whole flow so far, never what was added last. */
export interface TransactionHalf extends WireTuple {
  side: Side;
  node: string;
  /** The kernel's boot id: `startNs` begins again with every boot. */
  boot: string;
  /** Nanoseconds since boot, which tells this use of the tuple from the node's others; 0: it is older than the tracer. */
  startNs: number;
  /** The same moment by the node's wall clock, milliseconds since 1970; 0: not known. */
  startedMs: number;
  /** Milliseconds since 1970 by the node's wall clock; 0: it is open. */
  endedMs: number;
  owner: Owner;
  sentBytes: number;
  receivedBytes: number;
  retransmits: number;
  /** 0: not known. */
  rttSeconds: number;
  state: string;
  opened: boolean;
  failed: boolean;
  /** The errno it ended with; 0: none. */
  errno: number;
  nat: Nat;
  /** The key of the addresses and ports that the end's own socket has. */
  socketKey: string;
}

/** A half as it is read back: the tuple stands in the transaction, and the side is the name of its field. */
export type KnownHalf = Omit<TransactionHalf, keyof WireTuple | "side">;

/** Whose an end is: its half says so, or who had its address when no node has written that half. */
export interface KnownEnd {
  owner: Owner;
  /** Where it is, or was. */
  node: string;
  by: "half" | "address";
}

/** Why a transaction has one half. */
export type Apart =
  /** The node that has written could not tell whether its addresses are those on the wire. */
  | "nat_unknown"
  /** No node that writes has had the other end's address. */
  | "peer_unknown"
  /** One that writes has, and has not written this. */
  | "peer_silent";

/** What nodes have written of one flow. Of a half that no node has written there is none. */
export interface WrittenTransaction extends WireTuple {
  key: string;
  /** Counts the uses of the same tuple, from 0. */
  incarnation: number;
  client: KnownHalf | undefined;
  server: KnownHalf | undefined;
  /** Milliseconds since 1970 by the store's clock, which is one for all nodes. */
  firstSeenMs: number;
  lastSeenMs: number;
}

/** One flow as all nodes know it. */
export interface Transaction extends WrittenTransaction {
  source: KnownEnd | undefined;
  destination: KnownEnd | undefined;
  /** Undefined: it has both its halves. */
  apart: Apart | undefined;
}

/** An end of a flow which its node has seen end. */
export interface EndedEnd {
  side: Side;
  transaction: Transaction;
}

/** Who has an address, as a node sees it. */
export interface AddressHolder {
  address: string;
  node: string;
  /** Of the container or pod: another one is another holder, whatever its name is. */
  uid: string;
  owner: Owner;
  /** What made its pod, such as `ReplicaSet/web-5d4f8c7b9`; left out: it is in none, or somebody made that by hand. */
  podOwner?: string | undefined;
}

/** A holder as it is read back, with the time in which it was the one, milliseconds since 1970 by the store's clock. */
export interface AddressTenure extends AddressHolder {
  validFromMs: number;
  /** When it was reported last. */
  validToMs: number;
}

/** What the halves of a transaction have in common, beside its protocol. */
export function transactionKey(tuple: WireTuple): string {
  return `${tuple.sourceAddress}-${tuple.destinationAddress}-${tuple.sourcePort}-${tuple.destinationPort}`;
}
