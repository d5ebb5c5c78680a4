import { type AddressHolder, type Owner, type TransactionHalf, transactionKey } from "../../model/transaction.ts";

export type Value = string | number | null;

/** In the order of `inputColumns`. @param nowMs the writer's wall clock */
export function halfValues(half: TransactionHalf, nowMs: number): Value[] {
  return [
    transactionKey(half),
    half.protocol,
    half.startedMs > 0 ? Math.round(nowMs - half.startedMs) : null,
    half.sourceAddress,
    half.sourcePort,
    half.destinationAddress,
    half.destinationPort,
    half.node,
    half.boot,
    half.startNs,
    Math.round(half.startedMs),
    Math.round(half.endedMs),
    half.sentBytes,
    half.receivedBytes,
    half.retransmits,
    half.rttSeconds,
    half.state,
    Number(half.opened),
    Number(half.failed),
    half.errno,
    half.nat,
    half.socketKey,
    ...ownerValues(half.owner),
  ];
}

/** In the order of `METADATA_COLUMNS`. */
export function holderValues({ address, node, uid, owner, podOwner = "" }: AddressHolder): Value[] {
  return [address, node, uid, ...ownerValues(owner), podOwner];
}

/** In the order of `OWNER_COLUMNS`. */
function ownerValues(owner: Owner): Value[] {
  const { name, kind, containerId, image, namespace, pod, service } = owner;
  return [name, kind, containerId, image, namespace, pod, service];
}
