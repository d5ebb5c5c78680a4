import type { ToolSocket } from "./ss.ts";

const ENTRY = /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) packets=\d+ bytes=(\d+) .* bytes=(\d+) /g;

/**
 * Parses `conntrack -L` of TCP with accounting on: one line a connection, first the way there, then the way back.
 * Bytes are whole packets, headers included, unlike a socket's own.
 */
export function parseConntrack(text: string): ToolSocket[] {
  return Array.from(text.matchAll(ENTRY), ([, source, destination, sourcePort, destinationPort, sent, received]) => ({
    local: `${source}:${sourcePort}`,
    remote: `${destination}:${destinationPort}`,
    sentBytes: Number(sent),
    receivedBytes: Number(received),
  }));
}
