import type { AddressTenure, KnownEnd, KnownHalf, Owner, Transaction } from "../../model/transaction.ts";
import type * as answers from "./answers.ts";
import { errorOf } from "./flow-json.ts";

export function transactionJson(transaction: Transaction): answers.Transaction {
  const { key, protocol, incarnation, client, server, firstSeenMs, lastSeenMs } = transaction;
  return {
    key,
    protocol,
    incarnation,
    source_address: transaction.sourceAddress,
    source_port: transaction.sourcePort,
    destination_address: transaction.destinationAddress,
    destination_port: transaction.destinationPort,
    client: client ? halfJson(client) : null,
    server: server ? halfJson(server) : null,
    halves: client && server ? "both" : client ? "client" : "server",
    apart: transaction.apart ?? null,
    source: transaction.source ? endJson(transaction.source) : null,
    destination: transaction.destination ? endJson(transaction.destination) : null,
    first_seen: new Date(firstSeenMs).toISOString(),
    last_seen: new Date(lastSeenMs).toISOString(),
  };
}

export function holderJson({
  address,
  node,
  uid,
  owner,
  podOwner = "",
  validFromMs,
  validToMs,
}: AddressTenure): answers.Holder {
  return {
    address,
    node,
    uid,
    owner: ownerJson(owner),
    pod_owner: podOwner,
    valid_from: new Date(validFromMs).toISOString(),
    valid_to: new Date(validToMs).toISOString(),
  };
}

function halfJson(half: KnownHalf): answers.TransactionHalf {
  return {
    node: half.node,
    owner: ownerJson(half.owner),
    sent_bytes: half.sentBytes,
    received_bytes: half.receivedBytes,
    retransmits: half.retransmits,
    rtt_seconds: half.rttSeconds,
    state: half.state,
    opened: half.opened,
    failed: half.failed,
    error: errorOf(half.errno),
    nat: half.nat,
    socket_key: half.socketKey,
    start: dateOrNull(half.startedMs),
    end: dateOrNull(half.endedMs),
  };
}

function endJson({ owner, node, by }: KnownEnd): answers.TransactionEnd {
  return { ...ownerJson(owner), node, by };
}

function dateOrNull(ms: number): string | null {
  return ms === 0 ? null : new Date(ms).toISOString();
}

function ownerJson({ name, kind, containerId, image, namespace, pod, service }: Owner): answers.Owner {
  return { name, kind, container_id: containerId, image, namespace, pod, service };
}
