import type { InterfaceCounters } from "../model/interface-counters.ts";

const WINDOW_NS = 60e9;
/** Ethernet 14, IPv4 20, TCP with timestamps 32. */
const HEADER_BYTES = 66;
/** Below that, what is not TCP or UDP (ARP, ICMP, neighbour discovery) counts for more than the flows do. */
const MIN_BYTES = 100_000;

interface Reading {
  atNs: number;
  flowBytes: number;
  interfaceBytes: number;
}

/**
 * How much of what went through the interfaces that lead out of this host the flows account for, over the last minute:
 *
 *   payload bytes of flows with the world ÷ (interface bytes − 66 × interface packets), both directions together.
 *
 * About 1 when every flow is seen; below by what is no TCP or UDP payload: retransmissions, ICMP, IPv6's longer headers.
 * Headers that are shorter than assumed (UDP's) would lift it above 1, which says nothing more than 1 does.
 */
export class Coverage {
  readonly #readings: Reading[] = [];

  /** Takes in both totals as of now; they never go down, but for interfaces that vanish. */
  add(flowBytes: number, counters: InterfaceCounters | undefined, nowNs: number): void {
    if (!counters) return void this.#readings.splice(0);
    const interfaceBytes = counters.bytes - HEADER_BYTES * counters.packets;
    this.#readings.push({ atNs: nowNs, flowBytes, interfaceBytes });
    while (nowNs - (this.#readings[1]?.atNs ?? nowNs) >= WINDOW_NS) this.#readings.shift();
  }

  /** Undefined while too little went through, or a minute has not passed. */
  get ratio(): number | undefined {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    if (!first || !last || last.atNs - first.atNs < WINDOW_NS) return undefined;
    const through = last.interfaceBytes - first.interfaceBytes;
    return through < MIN_BYTES ? undefined : Math.min(1, (last.flowBytes - first.flowBytes) / through);
  }
}
