import { isLoopback } from "../../model/address.ts";
import type { HubbleEndpoint, HubbleFlow } from "../../model/hubble-flow.ts";
import type { ToldEdge, ToldEnd } from "./batch.ts";
import { MAX_NAME_CHARS, short } from "./bounded.ts";

/** Of Cilium's monitor: at a socket, where an address is translated; the way back has the higher two numbers. */
const TRACE_SOCK = 7;
const REVERSED = [3, 4];
const RESERVED = "reserved:";
/** Of labels that a container has which is no pod: no other machine's observer knows its name. */
const CONTAINER = "container:";
/** Identities that are the same in each cluster, for who tells no labels. */
const IDENTITIES = [
  "",
  "host",
  "world",
  "unmanaged",
  "health",
  "init",
  "remote-node",
  "kube-apiserver",
  "ingress",
  "world-ipv4",
  "world-ipv6",
];

/** Whether an event goes from the server to the client; as Hubble says, or else as it looks; undefined: nobody knows. */
export function isAnswer({ isReply, l4, l7, eventType }: HubbleFlow): boolean | undefined {
  if (isReply !== undefined) return isReply;
  if (l7?.type === "REQUEST" || l7?.type === "RESPONSE") return l7.type === "RESPONSE";
  if (eventType.type === TRACE_SOCK) return REVERSED.includes(eventType.subType);
  if (l4?.flags.includes("SYN")) return l4.flags.includes("ACK");
  return undefined;
}

/** Who talks to whom, the client first. What nobody knows the direction of goes as it was sent. */
export function edgeOf(flow: HubbleFlow, answer: boolean): ToldEdge {
  const { l4 } = flow;
  const [source, destination] = [sourceOf(flow), destinationOf(flow)];
  return {
    client: answer ? destination : source,
    server: answer ? source : destination,
    port: (answer ? l4?.sourcePort : l4?.destinationPort) ?? 0,
    protocol: l4?.protocol.toLowerCase() ?? "",
  };
}

/** A packet that leaves an endpoint is seen on its machine. */
function sourceOf(flow: HubbleFlow): ToldEnd {
  const { source, sourceAddress, sourceNames, sourceService } = flow;
  return endOf(flow, flow.direction === "EGRESS", source, sourceAddress, sourceNames, sourceService);
}

function destinationOf(flow: HubbleFlow): ToldEnd {
  const { destination, destinationAddress, destinationNames, destinationService } = flow;
  const isThere = flow.direction === "INGRESS";
  return endOf(flow, isThere, destination, destinationAddress, destinationNames, destinationService);
}

function endOf(
  { nodeName }: HubbleFlow,
  isThere: boolean,
  endpoint: HubbleEndpoint | undefined,
  address: string,
  names: readonly string[],
  service: HubbleFlow["sourceService"],
): ToldEnd {
  const reserved = endpoint ? reservedOf(endpoint) : "";
  const isOnlyThere = isLoopback(address) || (endpoint?.labels.some((label) => label.startsWith(CONTAINER)) ?? false);
  return {
    address,
    namespace: short(endpoint?.namespace ?? ""),
    pod: short(endpoint?.podName ?? ""),
    reserved: short(reserved),
    domain: short(names[0]?.replace(/\.$/, "") ?? ""),
    service: service && service.name !== "" ? short(`${service.namespace}/${service.name}`, 2 * MAX_NAME_CHARS) : "",
    // A host is the machine that has seen the packet, whichever way it went.
    node: isThere || isOnlyThere || reserved === "host" ? nodeOf(nodeName) : "",
    isOnlyThere,
  };
}

/** Without the cluster's name, which comes first. */
export function nodeOf(told: string): string {
  const node = short(told, 2 * MAX_NAME_CHARS);
  return node.slice(node.lastIndexOf("/") + 1);
}

function reservedOf({ labels, identity }: HubbleEndpoint): string {
  for (const label of labels) if (label.startsWith(RESERVED)) return label.slice(RESERVED.length);
  return IDENTITIES[identity] ?? "";
}
