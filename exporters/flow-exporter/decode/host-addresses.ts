import { addressText } from "./address.ts";
import { viewOf } from "./bytes.ts";

/**
 * The addresses a host has itself, out of its `/proc/net/fib_trie` and `/proc/net/if_inet6`; loopback left out,
 * because it means something else in every network namespace.
 */
export function hostAddresses(fibTrie: string, ifInet6: string): Set<string> {
  return new Set([...ipv4(fibTrie), ...ipv6(ifInet6)]);
}

function ipv4(fibTrie: string): string[] {
  const local = fibTrie.matchAll(/\|-- (\d+\.\d+\.\d+\.\d+)\n\s+\/32 host LOCAL/g);
  return [...local].map((match) => match[1] ?? "").filter((address) => !address.startsWith("127."));
}

function ipv6(ifInet6: string): string[] {
  const full = ifInet6.matchAll(/^([0-9a-f]{32}) /gm);
  return [...full].map((match) => shortest(match[1] ?? "")).filter((address) => address !== "::1");
}

function shortest(hex: string): string {
  return addressText(viewOf(Buffer.from(hex, "hex")), 0);
}
