/**
 * The network QEMU gives a machine, by which it reaches what this host reaches. Its address is none of those that
 * Docker takes for bridges (172.16.0.0/12, 192.168.0.0/16) or that a swarm takes for its networks (10.0.0.0/16).
 */
const NETWORK = "10.211.0";

/** QEMU's own resolver, which asks this host's. */
export const NAME_SERVER = `${NETWORK}.3`;

export const NETWORK_ARGS: readonly string[] = [
  ...["-netdev", `user,id=network,net=${NETWORK}.0/24,dns=${NAME_SERVER}`],
  ...["-device", "virtio-net-pci,netdev=network"],
];
