import { addressText } from "../model/address.ts";
import { transactionKey, type WireTuple } from "../model/transaction.ts";

/** One connection's addresses and ports, from the client's side, as they enter this machine's translation and as they leave it. */
export interface Translation {
  before: WireTuple;
  after: WireTuple;
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
    before: tupleOf(protocol, [source, sourcePort], [destination, destinationPort]),
    after: tupleOf(protocol, [backDestination, backDestinationPort], [backSource, backSourcePort]),
  };
}

/** What a tuple is found by. */
export function tupleKey(tuple: WireTuple): string {
  return `${tuple.protocol} ${transactionKey(tuple)}`;
}

type End = readonly [address: string | undefined, port: string | undefined];

function tupleOf(protocol: WireTuple["protocol"], source: End, destination: End): WireTuple {
  return {
    protocol,
    sourceAddress: addressOf(source[0]),
    sourcePort: Number(source[1]),
    destinationAddress: addressOf(destination[0]),
    destinationPort: Number(destination[1]),
  };
}

/** IPv6 is written there with all its zeros. */
function addressOf(text = ""): string {
  if (!text.includes(":")) return text;
  const view = new DataView(new ArrayBuffer(16));
  for (const [index, group] of text.split(":").entries()) view.setUint16(2 * index, Number.parseInt(group, 16));
  return addressText(view, 0);
}
