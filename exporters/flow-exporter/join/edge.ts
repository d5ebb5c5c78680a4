import type { FlowRow } from "../decode/flow-rows.ts";
import { PROTOCOL, ROLE } from "../decode/layout.ts";
import { createEdge, type Edge } from "../model/edge.ts";
import { DOCKER_DNS, UNKNOWN_PROCESS } from "../model/endpoint.ts";
import { isApart } from "./apart.ts";
import { containerEndpoint } from "./endpoint.ts";
import type { Flow } from "./flow.ts";
import { type Owner, ownerOf } from "./owner.ts";
import { PROXY } from "./proxies.ts";
import { addressOwner, DNS_PORT, isDockerDns, publishedAt, publishedTarget } from "./remote.ts";
import { calledService, serviceOwner } from "./services.ts";
import type { Side } from "./side.ts";
import { netnsKey, type World } from "./world.ts";

export interface ResolvedEdge {
  edge: Edge;
  /** As of a flow. */
  relay: boolean;
  /** A container in it that Docker has not told about yet. */
  unknownContainer: string | undefined;
  /** An owner in it may still be told by the next read of processes. */
  unknownCgroup: boolean;
}

interface Target extends Owner {
  port: number;
}

/**
 * Whether a socket is its connection's client: by its role, else by the other end's, else the lower port serves.
 * Docker's resolver answers under another port than it is asked at, so that an answer looks like a first datagram.
 */
export function isClient(side: Side, mirror: Side | undefined): boolean {
  const { row } = side;
  if (isDockerDns(row.sourceAddress) || isDockerDns(row.destinationAddress)) return isDockerDns(row.destinationAddress);
  if (row.role !== ROLE.unknown) return row.role === ROLE.client;
  if (mirror && mirror.row.role !== ROLE.unknown) return mirror.row.role === ROLE.server;
  return row.destinationPort <= row.sourcePort;
}

/** The edge of a flow: each end by its own socket where that is seen, else by its address. */
export function resolveEdge(flow: Flow, world: World): ResolvedEdge {
  const source = sourceOf(flow, world);
  const target = targetOf(flow, world);
  return {
    edge: createEdge(source.endpoint, target.endpoint, target.port, protocolOf(flow)),
    relay: isRelay(flow, world),
    unknownContainer: source.unknownContainer ?? target.unknownContainer,
    unknownCgroup: source.unknownCgroup ?? target.unknownCgroup ?? isNewProxy(flow, world),
  };
}

function protocolOf({ client, server }: Flow): Edge["protocol"] {
  return (client ?? server)?.row.protocol === PROTOCOL.udp ? "udp" : "tcp";
}

function sourceOf({ client, server }: Flow, world: World): Owner {
  if (client) return ownerOf(client.row, world);
  return { endpoint: server ? addressOwner(server.row, world) : UNKNOWN_PROCESS };
}

/** The way from Docker's proxy to the container behind a published port: all that it ever connects to. */
function isRelay({ client }: Flow, world: World): boolean {
  return client !== undefined && isProxy(client.row, world);
}

function isProxy(row: FlowRow, world: World): boolean {
  return world.proxies.has(row.pid) && world.hostNetns.has(netnsKey(row));
}

/** It calls itself so, and the next read of processes tells whether it is. */
function isNewProxy({ client, server }: Flow, { processes, proxies }: World): boolean {
  const isNew = ({ pid, comm }: FlowRow) => comm === PROXY && !processes.has(pid) && !proxies.has(pid);
  return [client, server].some((side) => side !== undefined && isNew(side.row));
}

function targetOf({ client, server }: Flow, world: World): Target {
  const near = client ?? server;
  const address = client?.row.destinationAddress ?? server?.row.sourceAddress ?? "";
  if (isDockerDns(address) && near && !isApart(near.row, world)) return { endpoint: DOCKER_DNS, port: DNS_PORT };
  if (server && isProxy(server.row, world)) return proxiedTarget(server.row, world);
  const published = !server && client && publishedTarget(client.row, world);
  if (published) return { endpoint: containerEndpoint(published.container), port: published.port };
  if (server) return { ...ownerOf(server.row, world), port: server.row.sourcePort };
  if (!client) return { endpoint: UNKNOWN_PROCESS, port: 0 };
  const called = calledService(client.row, world);
  if (called) return { endpoint: serviceOwner(called.service, world), port: called.taskPort };
  return { endpoint: addressOwner(client.row, world), port: client.row.destinationPort };
}

/** Docker's proxy listens for a container at a port of the host: the flow ends at the container, not there. */
function proxiedTarget(row: FlowRow, world: World): Target {
  const { sourceAddress, sourcePort } = row;
  const published = publishedAt(row, sourceAddress, sourcePort, world);
  if (published) return { endpoint: containerEndpoint(published.container), port: published.port };
  return { ...ownerOf(row, world), port: sourcePort, unknownContainer: `at port ${sourcePort}` };
}
