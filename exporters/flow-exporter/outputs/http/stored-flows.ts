import type { KnownEnd, KnownHalf, Transaction } from "../../model/transaction.ts";
import type { FlowOrder } from "../../store/store.ts";
import type { AllNodes } from "../nodes/all-nodes.ts";
import { ownImages } from "../nodes/own-images.ts";
import type { View } from "../view.ts";
import type * as answers from "./answers.ts";
import { WORLD_NAME } from "./endpoint-id.ts";
import { dateOf, errorOf } from "./flow-json.ts";
import type { FlowsQuery } from "./live-flows.ts";
import { OWN_ORIGIN } from "./observed/seen-edges.ts";
import { storableMs } from "./query.ts";

/** The part of all nodes' flows that is asked for. Rejects with a StoreError. */
export async function storedFlows(all: AllNodes, view: View, query: FlowsQuery) {
  if (isOfOthers(query)) return { total: 0, origins: [OWN_ORIGIN], flows: [] };
  const { container, search, port, source_port: sourcePort, protocol, node, since, limit, offset } = query;
  const { total, rows } = await all.flows({
    endpoint: container === WORLD_NAME ? "" : container,
    search,
    port,
    sourcePort,
    protocol,
    node,
    state: query.state,
    sinceMs: since === undefined ? undefined : storableMs(since),
    without: query.monitoring === "0" ? ownImages(view) : [],
    sort: sortOf(query.sort),
    limit,
    offset,
  });
  return { total, origins: [OWN_ORIGIN], flows: rows.map(storedFlowJson) };
}

/** Whether only what others tell is asked for, of which no store has anything. */
function isOfOthers({ origin, verdict }: FlowsQuery): boolean {
  return verdict !== undefined || (origin !== undefined && origin !== OWN_ORIGIN);
}

function sortOf(sort: FlowsQuery["sort"]): { by: FlowOrder; descending: boolean } {
  if (sort === undefined) return { by: "first_seen", descending: true };
  return { by: sort.replace("-", "") as FlowOrder, descending: sort.startsWith("-") };
}

/** Bytes and state from the client's side where its half is there; no store has the process. */
function storedFlowJson(transaction: Transaction): answers.Flow {
  const { client, server, source, destination, destinationPort, protocol } = transaction;
  const isEnded = [client, server].some((half) => half !== undefined && half.endedMs > 0);
  return {
    source: nameOf(source),
    destination: nameOf(destination),
    source_node: source?.node ?? "",
    destination_node: destination?.node ?? "",
    halves: client && server ? "both" : client ? "client" : "server",
    destination_port: destinationPort,
    protocol,
    source_address: transaction.sourceAddress,
    source_port: transaction.sourcePort,
    destination_address: transaction.destinationAddress,
    destination_address_port: destinationPort,
    sent_bytes: client?.sentBytes ?? server?.receivedBytes ?? 0,
    received_bytes: client?.receivedBytes ?? server?.sentBytes ?? 0,
    retransmits: retransmitsOf(client, server),
    rtt_seconds: client?.rttSeconds || server?.rttSeconds || 0,
    state: client?.state ?? server?.state ?? "",
    failed: client?.failed === true || server?.failed === true,
    error: errorOf(client?.errno || server?.errno || 0),
    start: dateOf(client?.startedMs || server?.startedMs || undefined),
    end: isEnded ? dateOf(client?.endedMs || server?.endedMs) : null,
    pid: 0,
    comm: "",
    work: null,
    origin: OWN_ORIGIN,
    observed: null,
  };
}

function nameOf(end: KnownEnd | undefined): string {
  return end ? end.owner.name : WORLD_NAME;
}

/** One node has counted both ends' together, two each its own. */
function retransmitsOf(client: KnownHalf | undefined, server: KnownHalf | undefined): number {
  if (client && client.node === server?.node) return client.retransmits;
  return (client?.retransmits ?? 0) + (server?.retransmits ?? 0);
}
