import type { Container } from "../../model/container.ts";
import type { AddressHolder } from "../../model/transaction.ts";
import { ownerNamespace } from "./halves.ts";

/** Who has which address on this node, each container by the name that its flows have. */
export function holdersOf(
  containers: Iterable<{ container: Container; endpoint: string }>,
  node: string,
): AddressHolder[] {
  return [...containers].flatMap(({ container, endpoint }) => {
    const { id, image, pod, composeService, addresses } = container;
    const owner = {
      name: endpoint,
      kind: "container",
      containerId: id,
      image,
      namespace: ownerNamespace(container),
      pod,
      service: composeService,
    };
    return addresses.map((address) => ({ address, node, uid: id, owner }));
  });
}
