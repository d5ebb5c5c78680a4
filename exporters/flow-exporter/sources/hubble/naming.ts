import type { World } from "../../metadata/world.ts";
import type { Container } from "../../model/container.ts";
import { createEndpoint, type Endpoint, UNKNOWN_PROCESS, WORLD } from "../../model/endpoint.ts";
import { nameText } from "../../model/name-text.ts";
import { PROTOCOL } from "../../model/socket.ts";
import { containerEndpoint, nodeEndpoint, podEndpoint, serviceEndpoint, unambiguous } from "../../naming/endpoints.ts";
import { publishedAt } from "../../naming/remote.ts";
import { qualifiedName } from "../../naming/told.ts";
import type { ToldEdge, ToldEnd } from "./batch.ts";
import { short } from "./bounded.ts";

/** A machine that nobody knows the name of. */
const OTHER_NODE = "~other";
const MACHINES = ["host", "remote-node", "kube-apiserver"];
const WORLDS = ["", "world", "world-ipv4", "world-ipv6"];
/** What Hubble itself calls unknown: it may be anything, on any machine. */
const UNKNOWN: Endpoint = { ...createEndpoint("~unknown", "unknown"), node: "" };

/** This machine as of now. */
export interface Here {
  world: World;
  /** Its name, as an observer on it tells it; "": it has none that others have not as well. */
  node: string;
}

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
 * Who the ends are: the container or pod of this host that has the address, or the port that this host publishes for it, or
 * whose name an observer of this host tells; else
 * the pod that Hubble names; a machine; the service that was called; a domain; the world.
 */
export function nameEdge(told: ToldEdge, here: Here): NamedEdge {
  const source = nameEnd(told.client, here);
  const destination = publishedEnd(told, here) ?? nameEnd(told.server, here);
  return {
    source: source.endpoint,
    destination: destination.endpoint,
    destinationPort: destination.port ?? told.port,
    local: source.container ?? destination.container,
  };
}

function nameEnd(told: ToldEnd, here: Here): NamedEnd {
  const container = addressHolder(told, here) ?? namedHere(told, here);
  if (container) return { endpoint: containerEndpoint(container), container };
  return { endpoint: remoteEnd(told, here.world), container: undefined };
}

/**
 * Another machine's engine gives its containers the same private addresses as this one's: where Hubble names a pod, the
 * container here must be of that name, and may not be one that is on another machine.
 */
function addressHolder(told: ToldEnd, { world, node }: Here): Container | undefined {
  const { address, namespace, pod } = told;
  if (address === "" || (told.isOnlyThere && node !== "" && told.node !== "" && told.node !== node)) return undefined;
  const holder = world.tenures.ofAddress(address, world.nowNs);
  if (holder === undefined || holder === "nobody") return undefined;
  const isNamed = pod === "" || holder.name === pod || (holder.pod === pod && holder.namespace === namespace);
  return isNamed ? holder : undefined;
}

/**
 * Who has the name, by the word of this machine's own observer: it knows whose a socket is also where the address is none of
 * the container's, as in loopback, or at a port that is published. Another machine's word says nothing of what runs here: it may
 * have containers of the same names.
 */
function namedHere({ namespace, pod, node }: ToldEnd, here: Here): Container | undefined {
  if (pod === "" || here.node === "" || node !== here.node) return undefined;
  return byName(here.world).get(namespace === "" ? pod : `${namespace}/${pod}`);
}

const named = new WeakMap<World, ReadonlyMap<string, Container>>();

/** Whoever runs comes last, and has the name of one that is gone. */
function byName(world: World): ReadonlyMap<string, Container> {
  const known = named.get(world);
  if (known) return known;
  const made = new Map([...world.containers.values()].map((one) => [qualifiedName(one), one]));
  named.set(world, made);
  return made;
}

/** Whoever calls a port of this host from elsewhere means the container behind it. */
function publishedEnd({ server, port, protocol }: ToldEdge, here: Here): NamedEnd | undefined {
  const { world } = here;
  if (!world.hostAddresses.has(server.address)) return undefined;
  const row = { protocol: protocol === "udp" ? PROTOCOL.udp : PROTOCOL.tcp, startNs: 0 };
  const published = publishedAt(row, server.address, port, world);
  if (!published) return undefined;
  const { container } = published;
  if (server.pod !== "" && namedHere(server, here)?.id !== container.id) return undefined;
  return { endpoint: containerEndpoint(container), container, port: published.port };
}

function remoteEnd(told: ToldEnd, world: World): Endpoint {
  return podOf(told) ?? machineOf(told, world) ?? serviceOf(told) ?? outside(told, world);
}

function podOf({ namespace, pod, node }: ToldEnd): Endpoint | undefined {
  if (pod === "") return undefined;
  if (namespace === "") return projectless(clean(pod), clean(node));
  return podEndpoint({ namespace: clean(namespace), name: clean(pod), node: clean(node) });
}

/** A container that is of no project, and of no namespace; one that runs here may have the same name. */
function projectless(name: string, node: string): Endpoint {
  return { ...createEndpoint(unambiguous(`${node || OTHER_NODE}/${name}`), "container"), node };
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
  if (reserved === "unknown") return UNKNOWN;
  if (!WORLDS.includes(reserved)) return createEndpoint(`cilium/${clean(reserved)}`, "unknown");
  if (domain !== "") return createEndpoint(unambiguous(clean(domain)), "world");
  return world.hostAddresses.has(address) ? UNKNOWN_PROCESS : WORLD;
}

/** Whoever tells of it may have made it up. */
function clean(name: string): string {
  return short(nameText(name.toWellFormed()));
}
