import { execa } from "execa";

const NAMES = { client: "flowtally-bench-client", server: "flowtally-bench-server" } as const;
/** 198.18.0.0/15 is set aside for benchmarks (RFC 2544): nobody is routed there. */
const ADDRESSES = { client: "198.18.77.1", server: "198.18.77.2" } as const;

/** Constant conditions however many connections went before: few sockets in TIME_WAIT, many ports. */
const KERNEL_SETTINGS = ["net.ipv4.tcp_max_tw_buckets=8192", "net.ipv4.ip_local_port_range=10240 65535"];

/** A network namespace with one end of a veth pair, and a CPU of its own where there are two. */
export interface Namespace {
  name: string;
  address: string;
  device: string;
  /** A command line that runs in here, and dies with the benchmark. */
  command(...argv: string[]): string[];
  /** The same on this namespace's CPU only. */
  pinned(...argv: string[]): string[];
}

export interface Network extends AsyncDisposable {
  client: Namespace;
  server: Namespace;
}

/** Two namespaces joined by a veth pair; removed when disposed of. What an earlier run left is removed first. */
export async function createNetwork(cpus: number): Promise<Network> {
  const client = namespace("client", 0);
  const server = namespace("server", Math.min(1, cpus - 1));
  const remove = async () => {
    for (const { name } of [client, server]) await execa("ip", ["netns", "delete", name], { reject: false });
  };
  await remove();
  try {
    for (const one of [client, server]) await ip("netns", "add", one.name);
    await ip(
      "-n",
      client.name,
      "link",
      "add",
      client.device,
      "type",
      "veth",
      "peer",
      server.device,
      "netns",
      server.name,
    );
    for (const one of [client, server]) await bringUp(one);
  } catch (error) {
    await remove();
    throw error;
  }
  return { client, server, [Symbol.asyncDispose]: remove };
}

function namespace(side: "client" | "server", cpu: number): Namespace {
  const name = NAMES[side];
  const inside = ["ip", "netns", "exec", name, "setpriv", "--pdeathsig", "KILL"];
  return {
    name,
    address: ADDRESSES[side],
    device: `bench-${side}`,
    command: (...argv) => [...inside, ...argv],
    pinned: (...argv) => [...inside, "taskset", "-c", `${cpu}`, ...argv],
  };
}

async function bringUp({ name, address, device }: Namespace): Promise<void> {
  await ip("-n", name, "address", "add", `${address}/30`, "dev", device);
  for (const link of ["lo", device]) await ip("-n", name, "link", "set", link, "up");
  await execa("ip", ["netns", "exec", name, "sysctl", "-q", ...KERNEL_SETTINGS]);
}

function ip(...args: string[]) {
  return execa("ip", args);
}
