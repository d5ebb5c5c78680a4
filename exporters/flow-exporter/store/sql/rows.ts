import type { AddressTenure, KnownHalf, Nat, Owner, Side, WrittenTransaction } from "../../model/transaction.ts";
import { StoreError } from "../error.ts";

/** A row as a database gives it, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** A transaction as its row has it: whose an end is without a half, `peers.ts` tells. */
export function transactionOf(row: Row): WrittenTransaction {
  return {
    key: text(row.key),
    protocol: row.protocol === "udp" ? "udp" : "tcp",
    incarnation: number(row, "incarnation"),
    sourceAddress: text(row.source_address),
    sourcePort: number(row, "source_port"),
    destinationAddress: text(row.destination_address),
    destinationPort: number(row, "destination_port"),
    client: halfOf(row, "client", "source_"),
    server: halfOf(row, "server", "destination_"),
    firstSeenMs: number(row, "first_seen"),
    lastSeenMs: number(row, "last_seen"),
  };
}

export function tenureOf(row: Row): AddressTenure {
  return {
    address: text(row.address),
    node: text(row.node),
    uid: text(row.uid),
    owner: ownerOf(row, ""),
    podOwner: text(row.pod_owner),
    validFromMs: number(row, "valid_from"),
    validToMs: number(row, "valid_to"),
  };
}

function halfOf(row: Row, side: Side, end: string): KnownHalf | undefined {
  if (row[`${side}_node`] === null) return undefined;
  const count = (name: string) => number(row, `${side}_${name}`);
  return {
    node: text(row[`${side}_node`]),
    boot: text(row[`${side}_boot`]),
    startNs: count("start_ns"),
    startedMs: count("started_ms"),
    endedMs: count("ended_ms"),
    owner: ownerOf(row, end),
    sentBytes: count("sent_bytes"),
    receivedBytes: count("received_bytes"),
    retransmits: count("retransmits"),
    rttSeconds: count("rtt_seconds"),
    state: text(row[`${side}_state`]),
    opened: count("opened") > 0,
    failed: count("failed") > 0,
    errno: count("errno"),
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

/** SQLite keeps whatever is written into any column, by whoever writes. @throws StoreError */
function number(row: Row, name: string): number {
  const value = Number(row[name] ?? undefined);
  if (Number.isFinite(value)) return value;
  const where = text(row.key) || text(row.address);
  throw new StoreError(
    "BAD_ROWS",
    `the row of ${where} has no number as its ${name}, but ${row[name]}: delete that row`,
  );
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
