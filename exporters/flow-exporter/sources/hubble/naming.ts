import type { World } from "../../metadata/world.ts";
import type { Container } from "../../model/container.ts";
import { createEndpoint, type Endpoint, UNKNOWN_PROCESS, WORLD } from "../../model/endpoint.ts";
import { PROTOCOL } from "../../model/socket.ts";
import { containerEndpoint, nodeEndpoint, podEndpoint, serviceEndpoint, unambiguous } from "../../naming/endpoints.ts";
import { publishedAt } from "../../naming/remote.ts";
import type { ToldEdge, ToldEnd } from "./batch.ts";
import { short } from "./bounded.ts";

/** A machine that nobody knows the name of. */
const OTHER_NODE = "~other";
const MACHINES = ["host", "remote-node", "kube-apiserver"];
const WORLDS = ["", "world", "world-ipv4", "world-ipv6"];

export interface NamedEdge {
  source: Endpoint;
  destination: Endpoint;
  destinationPort: number;
  /** Whose processes on this host are at either end: the client's before the server's; undefined: nobody's are. */
  local: Container | undefined;
}

interface NamedEnd {
  endpoint: Endpoint;
  container: Container | undefined;
  port?: number;
}

/**
 * Who the ends are: the container or pod of this host that has the address, or the port that this host publishes for it; else
 * the pod that Hubble names; a machine; the service that was called; a domain; the world.
 */
export function nameEdge(told: ToldEdge, world: World): NamedEdge {
  const source = nameEnd(told.client, world);
  const destination = publishedEnd(told, world) ?? nameEnd(told.server, world);
  return {
    source: source.endpoint,
    destination: destination.endpoint,
    destinationPort: destination.port ?? told.port,
    local: source.container ?? destination.container,
  };
}

function nameEnd(told: ToldEnd, world: World): NamedEnd {
  const container = localContainer(told, world);
  if (container) return { endpoint: containerEndpoint(container), container };
  return { endpoint: remoteEnd(told, world), container: undefined };
}

/**
 * Another machine's engine gives its containers the same private addresses as this one's: where Hubble names a pod, the
 * container here must be of that name.
 */
function localContainer({ address, namespace, pod }: ToldEnd, world: World): Container | undefined {
  if (address === "") return undefined;
  const holder = world.tenures.ofAddress(address, world.nowNs);
  if (holder === undefined || holder === "nobody") return undefined;
  const isNamed = pod === "" || holder.name === pod || (holder.pod === pod && holder.namespace === namespace);
  return isNamed ? holder : undefined;
}

/** Whoever calls a port of this host from elsewhere means the container behind it. */
function publishedEnd({ server, port, protocol }: ToldEdge, world: World): NamedEnd | undefined {
  if (server.pod !== "" || !world.hostAddresses.has(server.address)) return undefined;
  const row = { protocol: protocol === "udp" ? PROTOCOL.udp : PROTOCOL.tcp, startNs: 0 };
  const published = publishedAt(row, server.address, port, world);
  if (!published) return undefined;
  const { container } = published;
  return { endpoint: containerEndpoint(container), container, port: published.port };
}

function remoteEnd(told: ToldEnd, world: World): Endpoint {
  return podOf(told) ?? machineOf(told, world) ?? serviceOf(told) ?? outside(told, world);
}

function podOf({ namespace, pod, node }: ToldEnd): Endpoint | undefined {
  if (pod === "") return undefined;
  return podEndpoint({ namespace: clean(namespace), name: clean(pod), node: clean(node) });
}

function machineOf({ reserved, address, node }: ToldEnd, world: World): Endpoint | undefined {
  const known = address === "" ? undefined : world.cluster.nodeAt(address);
  if (known !== undefined) return nodeEndpoint(known);
  return MACHINES.includes(reserved) ? nodeEndpoint(clean(node) || OTHER_NODE) : undefined;
}

function serviceOf({ service }: ToldEnd): Endpoint | undefined {
  if (service === "") return undefined;
  const [namespace = "", ...name] = service.split("/");
  return serviceEndpoint({ namespace: clean(namespace), name: clean(name.join("/")) });
}

function outside({ reserved, domain, address }: ToldEnd, world: World): Endpoint {
  if (!WORLDS.includes(reserved)) return createEndpoint(`cilium/${clean(reserved)}`, "unknown");
  if (domain !== "") return createEndpoint(unambiguous(clean(domain)), "world");
  return world.hostAddresses.has(address) ? UNKNOWN_PROCESS : WORLD;
}

/**
 * Whoever tells of it may have made it up: a name has no control characters, which could forge another's end, none that turn
 * round what stands beside it, and a bound.
 */
function clean(name: string): string {
  return short(name.toWellFormed().replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, ""));
}
