import { execa } from "execa";

/** The container's side of each node's bridge, and the address that a node has for others. */
export const ADDRESS = {
  a: { pod: "10.231.81.10", bridge: "10.231.81.1", subnet: "10.231.81.0/24", node: "10.231.80.2" },
  b: { pod: "10.231.82.10", bridge: "10.231.82.1", subnet: "10.231.82.0/24", node: "10.231.80.6" },
} as const;
/** Nobody has it: a node's rules send who asks for it elsewhere. */
export const VIRTUAL = "10.231.90.1";
/** What stands between the nodes has these. */
const BOX = { a: "10.231.80.1", b: "10.231.80.5" } as const;

export type NodeName = keyof typeof ADDRESS;

/** Two machines, as network namespaces, each with one container behind a bridge; between them a third machine, a router. */
export interface Network extends AsyncDisposable {
  /** A command that runs another one on a node, in its container, or on the router. */
  within(place: NodeName | `pod-${NodeName}` | "box"): readonly string[];
  /** A process that lives as long as the network, on a node or in its container. */
  pidIn(place: NodeName | `pod-${NodeName}`): number;
  /** Inodes of the namespaces of a node and its container. */
  inodesOf(node: NodeName): Promise<ReadonlySet<number>>;
}

/**
 * @param name of this test run's own: its namespaces' names begin with it
 * @param iptables which of its two kernel interfaces the rules go through: `iptables-legacy`, or `iptables-nft`
 */
export async function createNetwork(name: string, iptables: string): Promise<Network> {
  await using made = new AsyncDisposableStack();
  const nameOf = (place: string) => `${name}-${place}`;
  const within = (place: string) => ["ip", "netns", "exec", nameOf(place)];
  const run = async (place: string, ...commands: string[]) => {
    for (const command of commands) {
      const [file = "", ...args] = [...within(place), ...command.split(" ")];
      await execa(file, args);
    }
  };
  for (const place of ["a", "b", "box", "pod-a", "pod-b"]) {
    await execa("ip", ["netns", "add", nameOf(place)]);
    made.defer(async () => void (await execa("ip", ["netns", "del", nameOf(place)], { reject: false })));
    await run(place, "ip link set lo up");
  }
  for (const node of ["a", "b"] as const) {
    await link({ from: nameOf(node), device: "out0", to: nameOf("box"), peer: `to-${node}` });
    await link({ from: nameOf(`pod-${node}`), device: "eth0", to: nameOf(node), peer: "pod0" });
    const { pod, bridge, subnet, node: address } = ADDRESS[node];
    await run(
      node,
      "ip link add br0 type bridge",
      "ip link set pod0 master br0",
      `ip address add ${bridge}/24 dev br0`,
      `ip address add ${address}/30 dev out0`,
      "ip link set br0 up",
      "ip link set pod0 up",
      "ip link set out0 up",
      `ip route add default via ${BOX[node]}`,
      "sysctl -qw net.ipv4.ip_forward=1",
    );
    await run(
      `pod-${node}`,
      `ip address add ${pod}/24 dev eth0`,
      "ip link set eth0 up",
      `ip route add default via ${bridge}`,
    );
    await run(
      "box",
      `ip address add ${BOX[node]}/30 dev to-${node}`,
      `ip link set to-${node} up`,
      `ip route add ${subnet} via ${address}`,
    );
  }
  await run("box", "sysctl -qw net.ipv4.ip_forward=1");
  for (const [place, rules] of Object.entries(RULES))
    await run(place, ...rules.map((rule) => `${iptables} -w -t nat ${rule}`));
  const holders = new Map<string, number>();
  for (const place of ["a", "b", "pod-a", "pod-b"]) {
    const [file = "", ...args] = [...within(place), "sleep", "infinity"];
    const child = execa(file, args, { reject: false, stdin: "ignore" });
    made.defer(() => void child.kill());
    holders.set(place, child.pid ?? 0);
  }
  const inodeOf = async (place: string) => {
    const { stdout } = await execa("stat", ["-L", "-c", "%i", `/run/netns/${nameOf(place)}`]);
    return Number(stdout);
  };
  const removals = made.move();
  return {
    within,
    pidIn: (place) => holders.get(place) ?? 0,
    inodesOf: async (node) => new Set([await inodeOf(node), await inodeOf(`pod-${node}`)]),
    [Symbol.asyncDispose]: () => removals.disposeAsync(),
  };
}

/** What the flows of the test go to, by their port. */
export const PORT = {
  routed: 7400,
  masqueraded: 7401,
  published: 17402,
  behindPublished: 7402,
  virtual: 80,
  behindVirtual: 7403,
  datagrams: 7404,
  betweenNodes: 7405,
} as const;

const toBackend = `-d ${VIRTUAL} -p tcp --dport ${PORT.virtual} -j DNAT --to-destination ${ADDRESS.b.pod}:${PORT.behindVirtual}`;

/** As Docker and kube-proxy have them; the router does to one port what no node can know of. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  a: [
    `-A POSTROUTING -o out0 -p tcp --dport ${PORT.masqueraded} -j MASQUERADE`,
    `-A POSTROUTING -o out0 -p tcp --dport ${PORT.published} -j MASQUERADE`,
    `-A POSTROUTING -o out0 -p udp --dport ${PORT.datagrams} -j MASQUERADE --to-ports 20000-20999`,
    `-A PREROUTING ${toBackend}`,
    `-A OUTPUT ${toBackend}`,
  ],
  b: [
    `-A PREROUTING -d ${ADDRESS.b.node} -p tcp --dport ${PORT.published} -j DNAT --to-destination ${ADDRESS.b.pod}:${PORT.behindPublished}`,
  ],
  box: [`-A POSTROUTING -p tcp --dport ${PORT.betweenNodes} -j MASQUERADE`],
};

async function link({ from, device, to, peer }: { from: string; device: string; to: string; peer: string }) {
  await execa("ip", ["link", "add", device, "netns", from, "type", "veth", "peer", "name", peer, "netns", to]);
}
