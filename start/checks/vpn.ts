import type { Host } from "../lib/host.ts";
import { cidr, overlaps, parseRoutes, type Route } from "./routes.ts";
import type { Check } from "./types.ts";

const VPN = /^(tun|tap|wg|ppp|tailscale|zt|nordlynx|utun|ipsec|gpd|cscotun)/;
const DOCKER_BRIDGE = /^(docker\d*|docker_gwbridge|br-[0-9a-f]{12}|veth.*)$/;
const IFF_UP = 1;

/** Docker takes its networks from 172.17.0.0/16 to 172.31.0.0/16, then from 192.168.0.0/16. */
const POOLS = [
  ...Array.from({ length: 15 }, (_, index) => ({
    network: (((172 << 24) >>> 0) + ((17 + index) << 16)) >>> 0,
    mask: 0xffff0000,
  })),
  { network: 0xc0a80000, mask: 0xffff0000 },
];

export const vpn: Check = {
  title: "VPN and routes",
  run: async ({ host }) => {
    const interfaces = await activeVpns(host);
    const routes = parseRoutes((await host.readText("/proc/net/route")) ?? "").filter(clashesWithDocker);
    if (interfaces.length === 0 && routes.length === 0) {
      return { status: "ok", detail: "no VPN and no route overlapping Docker's address pools" };
    }
    const found = [
      ...interfaces.map((name) => `VPN interface ${name}`),
      ...routes.map((route) => `route ${cidr(route)} via ${route.device}`),
    ];
    return {
      status: "warning",
      detail: found.join(", "),
      why: "Docker may pick addresses for its networks that overlap with the VPN or route, making one of them unreachable",
      fix: 'if something becomes unreachable, set "default-address-pools" in /etc/docker/daemon.json to a free range',
    };
  },
};

function clashesWithDocker(route: Route): boolean {
  const isDefault = route.mask === 0;
  return !isDefault && !DOCKER_BRIDGE.test(route.device) && POOLS.some((pool) => overlaps(route, pool));
}

async function activeVpns(host: Host): Promise<string[]> {
  const names = ((await host.readText("/proc/net/dev")) ?? "").split("\n").flatMap((line) => {
    const name = /^\s*([^:\s]+):/.exec(line)?.[1];
    return name !== undefined && VPN.test(name) ? [name] : [];
  });
  const up = await Promise.all(names.map((name) => isUp(host, name)));
  return names.filter((_, index) => up[index]);
}

async function isUp(host: Host, name: string): Promise<boolean> {
  return (Number(await host.readText(`/sys/class/net/${name}/flags`)) & IFF_UP) !== 0;
}
