import type { FlowRecord } from "../../../model/flow-record.ts";

/** The order in which Hubble names them. */
const FLAGS = ["SYN", "ACK", "RST", "FIN"];

/**
 * Hubble's own words first, then what its flows have no field for: bytes from the client's side, the round trip and what was
 * sent again. `note`: what flags do not say.
 */
export function summaryOf(flow: FlowRecord, flags: readonly string[], note: string, counts: boolean): string {
  const protocol = flow.edge.protocol === "udp" ? "UDP" : flags.length === 0 ? "TCP" : `TCP Flags: ${inOrder(flags)}`;
  return [protocol, note, ...(counts ? countsOf(flow) : [])].filter((part) => part !== "").join("; ");
}

function inOrder(flags: readonly string[]): string {
  return FLAGS.filter((flag) => flags.includes(flag)).join(", ");
}

function countsOf({ sentBytes, receivedBytes, rttSeconds, retransmits }: FlowRecord): string[] {
  return [
    `${sentBytes} B sent, ${receivedBytes} B received`,
    rttSeconds > 0 ? `RTT ${(rttSeconds * 1000).toFixed(3)} ms` : "",
    retransmits > 0 ? `${retransmits} retransmits` : "",
  ];
}
