import { BlockList, isIP } from "node:net";

/** This machine, to containers that are told of it. */
export const THIS_MACHINE = "host.docker.internal";

/** What a setting must not be that a container connects to. */
export const NO_LOOPBACK = `must not be a loopback address, which no container reaches; for this machine write ${THIS_MACHINE}`;

/**
 * Whether a container would find only itself there: its loopback is its own, and the unspecified address leads there as well.
 * @param host as `URL` has that of http: an IPv4 address in dotted decimals, an IPv6 one in brackets
 */
export function isLoopback(host: string): boolean {
  const address = withoutBrackets(host);
  const family = isIP(address);
  if (family === 0) return /(^|\.)localhost\.?$/.test(host);
  return LOOPBACK.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** IPv6 addresses that stand for those of IPv4 are compared as these, by `check` itself. */
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("0.0.0.0", "ipv4");
// `::`, `::1`, and what once stood for IPv4 addresses.
LOOPBACK.addSubnet("::", 96, "ipv6");

/** A host as `URL` has it, as the rest of the system takes it. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}
