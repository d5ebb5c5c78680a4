import type { Container } from "../../model/container.ts";
import type { Node } from "../../model/node.ts";
import type { AddressHolder, Owner } from "../../model/transaction.ts";
import { ownerNamespace } from "./halves.ts";

/** What of a container that is shown has an address. */
export interface HoldingContainer {
  container: Container;
  endpoint: string;
  services: readonly string[];
}

/**
 * Who has which address on this node, each container by the name that its flows have. The containers of a pod share
 * its addresses, so that the pod has them. `machine`: what Kubernetes calls this node; undefined: nobody says.
 */
export function holdersOf(
  containers: Iterable<HoldingContainer>,
  node: string,
  machine: Node | undefined,
): AddressHolder[] {
  const all = [...containers].flatMap(({ container, endpoint, services }) => {
    const uid = container.podUid ?? container.id;
    const owner = ownerOf(container, endpoint, services);
    const { addresses, podOwner } = container;
    return addresses.map((address): AddressHolder => ({ address, node, uid, owner, podOwner }));
  });
  const machines = machine && machine.address !== "" ? [machineHolder(machine, node)] : [];
  return [...new Map([...all, ...machines].map((one) => [`${one.address} ${one.uid}`, one])).values()];
}

function ownerOf(container: Container, name: string, services: readonly string[]): Owner {
  const { id, image, pod, composeService } = container;
  const service = composeService || services.join(",");
  return { name, kind: "container", containerId: id, image, namespace: ownerNamespace(container), pod, service };
}

function machineHolder({ name, address }: Node, node: string): AddressHolder {
  const nothing = { containerId: "", image: "", namespace: "", pod: "", service: "" };
  return { address, node, uid: `node/${name}`, owner: { name, kind: "node", ...nothing } };
}
