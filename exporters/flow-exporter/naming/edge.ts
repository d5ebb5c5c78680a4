import { PROXY } from "../metadata/proxies.ts";
import type { World } from "../metadata/world.ts";
import { createEdge, type Edge } from "../model/edge.ts";
import { DOCKER_DNS, UNKNOWN_PROCESS } from "../model/endpoint.ts";
import { netnsKey } from "../model/netns.ts";
import type { FlowRow } from "../model/socket.ts";
import { PROTOCOL, ROLE } from "../model/socket.ts";
import { isApart } from "./apart.ts";
import { clusterTarget } from "./cluster-services.ts";
import { containerEndpoint } from "./endpoints.ts";
import { type Owner, ownerOf } from "./owner.ts";
import { addressOwner, DNS_PORT, isDockerDns, publishedAt, publishedTarget } from "./remote.ts";
import { calledService, serviceOwner } from "./services.ts";

export interface ResolvedEdge {
  edge: Edge;
  /** As of a flow. */
  relay: boolean;
  /** A container in it that Docker has not reported yet. */
  unknownContainer: string | undefined;
  /** An owner in it may still be known from the next read of processes. */
  unknownCgroup: boolean;
}

/** The sockets of a flow, as far as they are seen. */
export interface Ends {
  client: FlowRow | undefined;
  server: FlowRow | undefined;
}

interface Target extends Owner {
  port: number;
}

/**
 * Whether a socket is its connection's client: by its role, else by the other end's, else the lower port serves.
 * Docker's resolver answers under another port than it is asked at, so that an answer looks like a first datagram.
 */
export function isClient(row: FlowRow, mirror: FlowRow | undefined): boolean {
  if (isDockerDns(row.sourceAddress) || isDockerDns(row.destinationAddress)) return isDockerDns(row.destinationAddress);
  if (row.role !== ROLE.unknown) return row.role === ROLE.client;
  if (mirror && mirror.role !== ROLE.unknown) return mirror.role === ROLE.server;
  return row.destinationPort <= row.sourcePort;
}

/** The edge of a flow: each end by its own socket where that is seen, else by its address. */
export function resolveEdge(ends: Ends, world: World): ResolvedEdge {
  const source = sourceOf(ends, world);
  const target = targetOf(ends, world);
  return {
    edge: createEdge(source.endpoint, target.endpoint, target.port, protocolOf(ends)),
    relay: isRelay(ends, world),
    unknownContainer: source.unknownContainer ?? target.unknownContainer,
    unknownCgroup: source.unknownCgroup ?? target.unknownCgroup ?? isNewProxy(ends, world),
  };
}

function protocolOf({ client, server }: Ends): Edge["protocol"] {
  return (client ?? server)?.protocol === PROTOCOL.udp ? "udp" : "tcp";
}

function sourceOf({ client, server }: Ends, world: World): Owner {
  if (client) return ownerOf(client, world);
  return { endpoint: server ? addressOwner(server, world) : UNKNOWN_PROCESS };
}

/** The way from Docker's proxy to the container behind a published port: all that it ever connects to. */
function isRelay({ client }: Ends, world: World): boolean {
  return client !== undefined && isProxy(client, world);
}

function isProxy(row: FlowRow, world: World): boolean {
  return world.proxies.has(row.pid) && world.hostNetns.has(netnsKey(row));
}

/** It calls itself so, and the next read of processes shows whether it is. */
function isNewProxy({ client, server }: Ends, { processes, proxies }: World): boolean {
  const isNew = ({ pid, comm }: FlowRow) => comm === PROXY && !processes.has(pid) && !proxies.has(pid);
  return [client, server].some((row) => row !== undefined && isNew(row));
}

function targetOf({ client, server }: Ends, world: World): Target {
  const near = client ?? server;
  const address = client?.destinationAddress ?? server?.sourceAddress ?? "";
  if (isDockerDns(address) && near && !isApart(near, world)) return { endpoint: DOCKER_DNS, port: DNS_PORT };
  if (server && isProxy(server, world)) return proxiedTarget(server, world);
  const published = !server && client && publishedTarget(client, world);
  if (published) return { endpoint: containerEndpoint(published.container), port: published.port };
  if (server) return { ...ownerOf(server, world), port: server.sourcePort };
  if (!client) return { endpoint: UNKNOWN_PROCESS, port: 0 };
  const called = calledService(client, world);
  if (called) return { endpoint: serviceOwner(called.service, world), port: called.taskPort };
  const inCluster = clusterTarget(client, world);
  return inCluster ?? { endpoint: addressOwner(client, world), port: client.destinationPort };
}

/** Docker's proxy listens for a container at a port of the host: the flow ends at the container, not there. */
function proxiedTarget(row: FlowRow, world: World): Target {
  const { sourceAddress, sourcePort } = row;
  const published = publishedAt(row, sourceAddress, sourcePort, world);
  if (published) return { endpoint: containerEndpoint(published.container), port: published.port };
  return { ...ownerOf(row, world), port: sourcePort, unknownContainer: `at port ${sourcePort}` };
}
