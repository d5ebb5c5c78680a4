import type { Endpoint } from "../../model/endpoint.ts";
import type { FlowRecord } from "../../model/flow-record.ts";
import { type Owner, type Side, type TransactionHalf, transactionKey } from "../../model/transaction.ts";

/** Whose flows they are, and by which clock their times are told. */
export interface Origin {
  node: string;
  /** The kernel's boot id. */
  boot: string;
  /** When that was, milliseconds since 1970. */
  bootMs: number;
}

/** What this node knows of a flow: the half of each end that it sees. Addresses are those of the end's own socket; whether they are translated on their way is for others to find out. */
export function halvesOf(flow: FlowRecord, origin: Origin): TransactionHalf[] {
  return sidesOf(flow).map((side) => halfOf(flow, side, origin));
}

/** Docker's resolver has no socket that is seen, and no other node will ever tell of it. */
function sidesOf({ seen, edge }: FlowRecord): readonly Side[] {
  return seen === "both" || edge.destination.kind === "dns" ? ["client", "server"] : [seen];
}

/** An endpoint as the store has it. */
function ownerOf(endpoint: Endpoint): Owner {
  const { name, kind, containerId, image, pod, composeService } = endpoint;
  return { name, kind, containerId, image, namespace: ownerNamespace(endpoint), pod, service: composeService };
}

/** What services are called apart by: of a pod its namespace, of a container its Compose project. */
export function ownerNamespace({ namespace, composeProject }: Pick<Endpoint, "namespace" | "composeProject">): string {
  return namespace || composeProject;
}

function halfOf(flow: FlowRecord, side: Side, { node, boot, bootMs }: Origin): TransactionHalf {
  const { edge, sentBytes, receivedBytes } = flow;
  const isClient = side === "client";
  const [sent, received] = isClient ? [sentBytes, receivedBytes] : [receivedBytes, sentBytes];
  const at = (ns: number) => (ns === 0 ? 0 : Math.round(bootMs + ns / 1e6));
  const tuple = {
    protocol: edge.protocol,
    sourceAddress: flow.sourceAddress,
    sourcePort: flow.sourcePort,
    destinationAddress: flow.destinationAddress,
    destinationPort: flow.destinationAddressPort,
  };
  return {
    ...tuple,
    side,
    node,
    boot,
    // A socket of UDP has several flows with one tuple: those after its first have no start, and would be taken for one.
    startNs: flow.startNs || flow.incarnation,
    startedMs: at(flow.startNs),
    endedMs: at(flow.endNs),
    owner: ownerOf(isClient ? edge.source : edge.destination),
    sentBytes: sent,
    receivedBytes: received,
    retransmits: flow.retransmits,
    rttSeconds: flow.rttSeconds,
    state: flow.state,
    opened: !flow.failed && flow.state !== "SYN_SENT",
    failed: flow.failed,
    errno: flow.errno,
    // Whether addresses are translated does not matter where both ends are here.
    nat: flow.seen === "both" ? "local" : "unknown",
    socketKey: transactionKey(tuple),
  };
}
