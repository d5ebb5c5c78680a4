import { isLoopback } from "../decode/address.ts";
import type { FlowRow } from "../decode/flow-rows.ts";
import { publishedTarget } from "./remote.ts";
import type { World } from "./world.ts";

/** The names of a connection, by which its two sockets find each other. */
export interface Tuple {
  /** As this socket sees it. */
  own: string;
  /** As the socket on the other side sees it. */
  mirrored: string;
}

/** A socket's own tuple, and those it has behind a published port, where the kernel rewrites the destination. */
export function tuplesOf(row: FlowRow, world: World): Tuple[] {
  const target = publishedTarget(row, world);
  const rewritten = target?.container.addresses.map((address) => tuple(row, address, target.port)) ?? [];
  return [tuple(row, row.destinationAddress, row.destinationPort), ...rewritten];
}

function tuple(row: FlowRow, destinationAddress: string, destinationPort: number): Tuple {
  const scope = isLoopback(destinationAddress) ? `${row.netns} ` : "";
  const source = `${row.sourceAddress} ${row.sourcePort}`;
  const destination = `${destinationAddress} ${destinationPort}`;
  return { own: `${scope}${source} ${destination}`, mirrored: `${scope}${destination} ${source}` };
}
