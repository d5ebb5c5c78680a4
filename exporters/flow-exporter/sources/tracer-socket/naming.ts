import type { World } from "../../metadata/world.ts";
import { isPrivate } from "../../model/address.ts";
import { createEdge, type Edge } from "../../model/edge.ts";
import { type Endpoint, UNKNOWN_PROCESS, WORLD } from "../../model/endpoint.ts";
import type { FlowRow } from "../../model/socket.ts";
import { resolveEdge } from "../../naming/edge.ts";
import { addressOwner } from "../../naming/remote.ts";
import { rowOf } from "./ends.ts";
import type { Known } from "./known.ts";

export interface Named {
  edge: Edge;
  relay: boolean;
  /** Name of its process, where that is known. */
  comm: string;
  /** An end of it may still be known better. */
  mayCome: boolean;
}

/** The edge of a connection: by the kernel's rules, and where its own process has gone and says nothing, by its address. */
export function nameEdge({ told, mirror, isServer }: Known, world: World): Named {
  const own = rowOf(told, isServer, world);
  const other = mirror && rowOf(mirror.connection, !isServer, world);
  const ends = isServer ? { client: other, server: own } : { client: own, server: other };
  const { edge, relay, unknownContainer, unknownCgroup } = resolveEdge(ends, world);
  const { client, server } = ends;
  const source = client ? orByAddress(edge.source, client, world) : edge.source;
  const destination = server ? orByAddress(edge.destination, server, world) : edge.destination;
  const [near, far] = isServer ? [destination, source] : [source, destination];
  const isUnsure = isNew(near, told.source) || isNew(far, told.dest);
  return {
    edge: createEdge(source, destination, edge.destinationPort, edge.protocol),
    relay,
    comm: own.comm,
    mayCome: unknownContainer !== undefined || unknownCgroup || isUnsure,
  };
}

function orByAddress(owner: Endpoint, row: FlowRow, world: World): Endpoint {
  if (owner !== UNKNOWN_PROCESS) return owner;
  return addressOwner({ ...row, destinationAddress: row.sourceAddress }, world);
}

/** Docker may be yet to report the container that has it. */
function isNew(owner: Endpoint, address: string): boolean {
  return owner === WORLD && isPrivate(address);
}
