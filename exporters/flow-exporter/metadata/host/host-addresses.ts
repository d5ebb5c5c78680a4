import { addressText, isLoopback } from "../../model/address.ts";
import { viewOf } from "../../model/bytes.ts";
import { ipv4Prefixes } from "./local-addresses.ts";

/**
 * The addresses a host has itself, out of its `/proc/net/fib_trie` and `/proc/net/if_inet6`; loopback left out,
 * because it means something else in every network namespace.
 */
export function hostAddresses(fibTrie: string, ifInet6: string): Set<string> {
  return new Set([...ipv4(fibTrie), ...ipv6(ifInet6)]);
}

function ipv4(fibTrie: string): string[] {
  const own = [...ipv4Prefixes(fibTrie, ["LOCAL"])].filter(({ length }) => length === 32);
  return own.map(({ address }) => address).filter((address) => !isLoopback(address));
}

function ipv6(ifInet6: string): string[] {
  const full = ifInet6.matchAll(/^([0-9a-f]{32}) /gm);
  return [...full].map((match) => shortest(match[1] ?? "")).filter((address) => address !== "::1");
}

function shortest(hex: string): string {
  return addressText(viewOf(Buffer.from(hex, "hex")), 0);
}
