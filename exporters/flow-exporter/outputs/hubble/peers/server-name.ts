/** Under which Cilium's relay looks for every node, whatever the nodes are called. */
const DOMAIN = "default.hubble-grpc.cilium.io";

/** What a relay calls who tells it of nodes: a certificate for all nodes has that name as well. */
export const TELLER = `hubble-peer.${DOMAIN}`;

/** The name in the certificate of a node, as Cilium has it: one for `*.default.hubble-grpc.cilium.io` does for all. */
export function serverNameOf(node: string): string {
  return `${node.replaceAll(".", "-")}.${DOMAIN}`;
}
