import type { AddressTenure, KnownHalf, Nat, Owner, Side, WrittenTransaction } from "../../model/transaction.ts";

/** A row as a database gives it, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** A transaction as its row has it: whose an end is without a half, `peers.ts` tells. */
export function transactionOf(row: Row): WrittenTransaction {
  return {
    key: text(row.key),
    protocol: row.protocol === "udp" ? "udp" : "tcp",
    incarnation: Number(row.incarnation),
    sourceAddress: text(row.source_address),
    sourcePort: Number(row.source_port),
    destinationAddress: text(row.destination_address),
    destinationPort: Number(row.destination_port),
    client: halfOf(row, "client", "source_"),
    server: halfOf(row, "server", "destination_"),
    firstSeenMs: Number(row.first_seen),
    lastSeenMs: Number(row.last_seen),
  };
}

export function tenureOf(row: Row): AddressTenure {
  return {
    address: text(row.address),
    node: text(row.node),
    uid: text(row.uid),
    owner: ownerOf(row, ""),
    validFromMs: Number(row.valid_from),
    validToMs: Number(row.valid_to),
  };
}

function halfOf(row: Row, side: Side, end: string): KnownHalf | undefined {
  if (row[`${side}_node`] === null) return undefined;
  const number = (name: string) => Number(row[`${side}_${name}`]);
  return {
    node: text(row[`${side}_node`]),
    boot: text(row[`${side}_boot`]),
    startNs: number("start_ns"),
    startedMs: number("started_ms"),
    endedMs: number("ended_ms"),
    owner: ownerOf(row, end),
    sentBytes: number("sent_bytes"),
    receivedBytes: number("received_bytes"),
    retransmits: number("retransmits"),
    rttSeconds: number("rtt_seconds"),
    state: text(row[`${side}_state`]),
    opened: number("opened") > 0,
    failed: number("failed") > 0,
    errno: number("errno"),
    nat: natOf(row[`${side}_nat`]),
    socketKey: text(row[`${side}_socket_key`]) || text(row.key),
  };
}

/** Nobody asked before schema version 2. */
function natOf(value: unknown): Nat {
  return value === "local" || value === "none" || value === "followed" ? value : "unknown";
}

/** @param prefix of the columns that have it */
export function ownerOf(row: Row, prefix: string): Owner {
  const word = (name: string) => text(row[`${prefix}${name}`]);
  return {
    name: word("name"),
    kind: word("kind"),
    containerId: word("container_id"),
    image: word("image"),
    namespace: word("namespace"),
    pod: word("pod"),
    service: word("service"),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
