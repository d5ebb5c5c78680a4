import { addressText } from "../model/address.ts";
import { transactionKey, type WireTuple } from "../model/transaction.ts";

/**
 * One connection's addresses and ports, from the client's side, as they enter this machine's translation and as they leave it;
 * as text, since there may be tens of thousands.
 */
export interface Translation {
  before: string;
  after: string;
}

/** The way there, then the way back, as `/proc/net/nf_conntrack` has a connection. */
const LINE =
  /^ipv[46] +\d+ (tcp|udp) .*?src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) .*?src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/;

/** The translation in a line of `/proc/net/nf_conntrack`; undefined where the connection has none, or is no TCP or UDP. */
export function translationIn(line: string): Translation | undefined {
  const [, protocol, source, destination, sourcePort, destinationPort, ...back] = LINE.exec(line) ?? [];
  const [backSource, backDestination, backSourcePort, backDestinationPort] = back;
  const isMirrored =
    source === backDestination &&
    destination === backSource &&
    sourcePort === backDestinationPort &&
    destinationPort === backSourcePort;
  if (isMirrored || (protocol !== "tcp" && protocol !== "udp")) return undefined;
  return {
    before: keyOf(protocol, [source, sourcePort], [destination, destinationPort]),
    after: keyOf(protocol, [backDestination, backDestinationPort], [backSource, backSourcePort]),
  };
}

/** What a tuple is found by. */
export function tupleKey(tuple: WireTuple): string {
  return `${tuple.protocol} ${transactionKey(tuple)}`;
}

/** The tuple that has this key. */
export function tupleOf(key: string): WireTuple {
  const [protocol, sourceAddress = "", destinationAddress = "", sourcePort, destinationPort] = key.split(/[ -]/);
  return {
    protocol: protocol === "udp" ? "udp" : "tcp",
    sourceAddress,
    sourcePort: Number(sourcePort),
    destinationAddress,
    destinationPort: Number(destinationPort),
  };
}

type End = readonly [address: string | undefined, port: string | undefined];

/** Copied: a part of a text keeps all of that in memory, and the text is the kernel's whole table. */
function keyOf(protocol: string, [source, sourcePort]: End, [destination, destinationPort]: End): string {
  const key = `${protocol} ${addressOf(source)}-${addressOf(destination)}-${sourcePort}-${destinationPort}`;
  return Buffer.from(key, "latin1").toString("latin1");
}

/** IPv6 is written there with all its zeros. */
function addressOf(text = ""): string {
  if (!text.includes(":")) return text;
  const view = new DataView(new ArrayBuffer(16));
  for (const [index, group] of text.split(":").entries()) view.setUint16(2 * index, Number.parseInt(group, 16));
  return addressText(view, 0);
}
