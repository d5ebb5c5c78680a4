import { isIP, isIPv6, SocketAddress } from "node:net";
import { z } from "zod";
import { isLoopback, NO_LOOPBACK, withoutBrackets } from "./loopback.ts";

/** Their metrics have to fit into Prometheus' memory besides; beyond it are clusters with a Prometheus of their own. */
const MAX_NODES = 50;

const LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
/** Whose last part is no number: what looks like an address has to be one. */
const NAME = new RegExp(`^(?=.{1,253}$)(${LABEL}\\.)*(?!\\d+$)${LABEL}$`);

/** Nodes of a cluster with Cilium whose metrics Prometheus is to have, as they are written: with one comma between two. */
export const ciliumNodes = z
  .string()
  .transform((text) =>
    text
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(written),
  )
  .superRefine((hosts, context) => {
    const fault = hosts.map(faultOf).find((found) => found !== undefined) ?? faultOfAll(hosts);
    if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
  })
  .transform((hosts) => hosts.join(","))
  .default("");

/** The hosts in the setting: names, IPv4 addresses, and IPv6 addresses without brackets. */
export function hostsIn(nodes: string): string[] {
  return nodes === "" ? [] : nodes.split(",");
}

/** In small letters, and an IPv6 address the one way in which everybody writes it, so that one node is not two. */
function written(text: string): string {
  const host = withoutBrackets(text.toLowerCase());
  return isIPv6(host) && !host.includes("%") ? new SocketAddress({ address: host, family: "ipv6" }).address : host;
}

function faultOf(host: string): string | undefined {
  const address = isIP(host.split("%")[0] ?? "");
  if (isLoopback(address === 6 ? `[${host}]` : host)) return `${NO_LOOPBACK} (not ${host})`;
  if (address === 6 && /^fe[89ab]|%/.test(host)) {
    return `must not be an address of one link alone, which leads nowhere in a container (${host})`;
  }
  if (address !== 0 || NAME.test(host)) return undefined;
  const why = host.includes("/")
    ? "is a URL"
    : /:\d+$/.test(host)
      ? "has a port, and the ports are known"
      : "is neither";
  return `must be names or addresses of nodes with commas between; ${host} ${why}`;
}

function faultOfAll(hosts: readonly string[]): string | undefined {
  const twice = hosts.find((host, at) => hosts.indexOf(host) !== at);
  if (twice !== undefined) return `must name each node once, and ${twice} is there twice`;
  return hosts.length > MAX_NODES ? `must be ${MAX_NODES} nodes at most` : undefined;
}
