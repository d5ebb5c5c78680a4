import type { InterfaceCounters } from "../../model/interface-counters.ts";

/** What only carries traffic that another interface carries too, or that never leaves the host. */
const INSIDE = /^(lo|veth|br-|docker|virbr|cni|flannel|cali|ifb|dummy|tun|tap|wg|bond|team)|\./;

const RECEIVED = { bytes: 0, packets: 1 };
const SENT = { bytes: 8, packets: 9 };

/** The sum over the interfaces that lead out of the host, out of its `/proc/net/dev`; undefined where there is none. */
export function outsideCounters(netDev: string): InterfaceCounters | undefined {
  const lines = [...netDev.matchAll(/^\s*([^\s:]+):\s*([\d ]+)$/gm)].filter(([, name = ""]) => !INSIDE.test(name));
  if (lines.length === 0) return undefined;
  const sum = { bytes: 0, packets: 0 };
  for (const [, , numbers = ""] of lines) {
    const counters = numbers.trim().split(/ +/).map(Number);
    sum.bytes += (counters[RECEIVED.bytes] ?? 0) + (counters[SENT.bytes] ?? 0);
    sum.packets += (counters[RECEIVED.packets] ?? 0) + (counters[SENT.packets] ?? 0);
  }
  return sum;
}
