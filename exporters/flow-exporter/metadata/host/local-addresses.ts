import { addressBits, addressText } from "../../model/address.ts";
import { viewOf } from "../../model/bytes.ts";

/** The addresses at which a network namespace takes in what is sent to it. */
export interface LocalAddresses {
  has(address: string): boolean;
}

interface Prefix {
  address: string;
  /** In bits. */
  length: number;
}

type Kind = "LOCAL" | "BROADCAST";

const FULL = { ipv4: 32, ipv6: 128 };
/** An IPv4 address is the end of a mapped one. */
const MAPPED_BITS = FULL.ipv6 - FULL.ipv4;
/** RTF_LOCAL */
const LOCAL_FLAG = 0x8000_0000;

/**
 * Out of a namespace's `/proc/PID/net/fib_trie` and `ipv6_route`. Those of all its routing tables: a transparent proxy
 * has one by which every address is local. Nothing but a right over the namespace can make such a route.
 */
export function localAddresses(fibTrie: string, ipv6Route: string): LocalAddresses {
  const prefixes = [...ipv4Prefixes(fibTrie, ["LOCAL", "BROADCAST"]), ...ipv6Prefixes(ipv6Route)];
  const exact = new Set(prefixes.filter(isFull).map(({ address }) => address));
  const wide = prefixes.filter((prefix) => !isFull(prefix));
  return { has: (address) => exact.has(address) || wide.some((prefix) => isWithin(address, prefix)) };
}

/** The destinations of IPv4 routes of some kinds, out of a `/proc/net/fib_trie`. */
export function* ipv4Prefixes(fibTrie: string, kinds: readonly Kind[]): Generator<Prefix> {
  let address = "";
  for (const line of fibTrie.split("\n")) {
    address = line.match(/\|-- (\d+\.\d+\.\d+\.\d+)$/)?.[1] ?? address;
    const [, length, kind = ""] = line.match(/^\s+\/(\d+) \S+ (\w+)/) ?? [];
    if (length !== undefined && kinds.some((one) => one === kind)) yield { address, length: Number(length) };
  }
}

function* ipv6Prefixes(ipv6Route: string): Generator<Prefix> {
  for (const line of ipv6Route.split("\n")) {
    const [destination = "", length = "", , , , , , , flags = ""] = line.trim().split(/\s+/);
    if (Number.parseInt(flags, 16) < LOCAL_FLAG || destination.length !== 32) continue;
    yield { address: addressText(viewOf(Buffer.from(destination, "hex")), 0), length: Number.parseInt(length, 16) };
  }
}

function isFull({ address, length }: Prefix): boolean {
  return length === (isIpv4(address) ? FULL.ipv4 : FULL.ipv6);
}

function isWithin(address: string, prefix: Prefix): boolean {
  if (isIpv4(address) !== isIpv4(prefix.address)) return false;
  const length = isIpv4(address) ? MAPPED_BITS + prefix.length : prefix.length;
  const rest = BigInt(FULL.ipv6 - length);
  return addressBits(address) >> rest === addressBits(prefix.address) >> rest;
}

function isIpv4(address: string): boolean {
  return !address.includes(":");
}
