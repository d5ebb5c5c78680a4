import { isLoopback } from "../decode/address.ts";
import type { FlowRow } from "../decode/flow-rows.ts";
import { publishedTarget } from "./remote.ts";
import { netnsKey, type World } from "./world.ts";

const HOST = "host";

/** A name of a connection, by which its two sockets find each other: the same for both, seen the other way round. */
export interface Tuple {
  name: string;
  reversed: boolean;
}

/**
 * A socket's own tuple, and those it has behind a published port, where the kernel rewrites the destination and may
 * put one of the host's addresses in the source's place. That may be any of them, so they all count as one.
 */
export function tuplesOf(row: FlowRow, world: World): Tuple[] {
  const source = nameOf(row.sourceAddress, world);
  const target = publishedTarget(row, world);
  const rewritten = target?.container.addresses.flatMap((address) => [
    tuple(row, source, address, target.port),
    tuple(row, HOST, address, target.port),
  ]);
  return [tuple(row, source, nameOf(row.destinationAddress, world), row.destinationPort), ...(rewritten ?? [])];
}

function nameOf(address: string, world: World): string {
  return world.hostAddresses.has(address) ? HOST : address;
}

function tuple(row: FlowRow, source: string, destination: string, destinationPort: number): Tuple {
  const { sourcePort } = row;
  const scope = isLoopback(destination) ? `${netnsKey(row)} ` : "";
  const reversed = source === destination ? sourcePort > destinationPort : source > destination;
  const name = reversed
    ? `${scope}${destination} ${destinationPort} ${source} ${sourcePort}`
    : `${scope}${source} ${sourcePort} ${destination} ${destinationPort}`;
  return { name, reversed };
}
