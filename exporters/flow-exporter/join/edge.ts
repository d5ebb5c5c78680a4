import { ROLE } from "../decode/layout.ts";
import { containerEndpoint, type Endpoint, UNKNOWN_PROCESS } from "./endpoint.ts";
import type { Edge, Flow, Side } from "./flow.ts";
import { type Owner, ownerOf } from "./owner.ts";
import { addressOwner, publishedTarget } from "./remote.ts";
import type { World } from "./world.ts";

export interface ResolvedEdge {
  edge: Edge;
  /** A container in it that Docker has not told about yet. */
  unknownContainer: string | undefined;
}

interface Target extends Owner {
  port: number;
}

/** Whether a socket is its connection's client: by its role, else by the other end's, else the lower port serves. */
export function isClient(side: Side, mirror: Side | undefined): boolean {
  if (side.row.role !== ROLE.unknown) return side.row.role === ROLE.client;
  if (mirror && mirror.row.role !== ROLE.unknown) return mirror.row.role === ROLE.server;
  return side.row.destinationPort <= side.row.sourcePort;
}

/** The edge of a flow: each end by its own socket where that is seen, else by its address. */
export function resolveEdge(flow: Flow, world: World): ResolvedEdge {
  const source = sourceOf(flow, world);
  const target = targetOf(flow, world);
  return {
    edge: createEdge(source.endpoint, target.endpoint, target.port),
    unknownContainer: source.unknownContainer ?? target.unknownContainer,
  };
}

/** An edge; names hold no line break, so the key cannot be ambiguous. */
function createEdge(source: Endpoint, destination: Endpoint, destinationPort: number): Edge {
  const protocol = "tcp";
  const key = `${source.name}\n${destination.name}\n${destinationPort}\n${protocol}`;
  return { key, source, destination, destinationPort, protocol };
}

function sourceOf({ client, server }: Flow, world: World): Owner {
  if (client) return ownerOf(client.row, world);
  return { endpoint: server ? addressOwner(server.row, world) : UNKNOWN_PROCESS };
}

function targetOf({ client, server }: Flow, world: World): Target {
  if (server) return { ...ownerOf(server.row, world), port: server.row.sourcePort };
  if (!client) return { endpoint: UNKNOWN_PROCESS, port: 0 };
  const published = publishedTarget(client.row, world);
  if (published) return { endpoint: containerEndpoint(published.container), port: published.port };
  return { endpoint: addressOwner(client.row, world), port: client.row.destinationPort };
}
