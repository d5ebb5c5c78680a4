import {
  type AddressHolder,
  type Owner,
  type TransactionHalf,
  transactionKey,
} from "../../../exporters/flow-exporter/model/transaction.ts";

/** The writer's wall clock in tests: far from the store's, since that must not matter. */
export const NOW_MS = 1_000_000_000_000;

export function owner(name: string): Owner {
  return { name, kind: "container", containerId: "", image: "", namespace: "", pod: "", service: "" };
}

/** The client half, at node `a`, of a flow from 10.0.0.1:40000 to 10.0.0.2:80 that started ten seconds ago. */
export function clientHalf(changes: Partial<TransactionHalf> = {}): TransactionHalf {
  const half: Omit<TransactionHalf, "socketKey"> = {
    protocol: "tcp",
    sourceAddress: "10.0.0.1",
    sourcePort: 40_000,
    destinationAddress: "10.0.0.2",
    destinationPort: 80,
    side: "client",
    node: "a",
    boot: "boot-a",
    startNs: 5_000,
    startedMs: NOW_MS - 10_000,
    endedMs: 0,
    owner: owner("web"),
    sentBytes: 100,
    receivedBytes: 200,
    retransmits: 0,
    rttSeconds: 0.001,
    state: "ESTABLISHED",
    opened: true,
    failed: false,
    errno: 0,
    nat: "none",
    ...changes,
  };
  return { ...half, socketKey: changes.socketKey ?? transactionKey(half) };
}

/** The other half of that, at node `b`. */
export function serverHalf(changes: Partial<TransactionHalf> = {}): TransactionHalf {
  const own = { node: "b", boot: "boot-b", startNs: 77, owner: owner("db"), sentBytes: 200, receivedBytes: 100 };
  return clientHalf({ side: "server", ...own, ...changes });
}

/** The client halves of as many flows, each with a port of its own. */
export function manyHalves(count: number, changes: (index: number) => Partial<TransactionHalf>): TransactionHalf[] {
  return Array.from({ length: count }, (_, index) =>
    clientHalf({ sourceAddress: `10.1.${index >> 8}.${index & 255}`, ...changes(index) }),
  );
}

/** A follower to whom every address is as it is on the wire. */
export const NO_NAT = {
  follow: async (halves: readonly TransactionHalf[]) => [...halves],
  status: {
    fault: "",
    translations: 0,
    isAbsent: false,
    isCutOff: false,
    readSeconds: 0,
    halves: { none: 0, followed: 0, unknown: 0 },
  },
};

export function holder(changes: Partial<AddressHolder> = {}): AddressHolder {
  return { address: "10.0.0.1", node: "a", uid: "uid-1", owner: owner("web"), ...changes };
}
