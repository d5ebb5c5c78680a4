import type * as answers from "../answers.ts";
import { listed } from "../stream.ts";
import { type Parts, withScope } from "./parts.ts";

/** Numbers of Hubble's `Verdict` and of Hubble UI's `IPProtocol`, which are not those of IP. */
const VERDICT = { UNKNOWN: 0, FORWARDED: 1, DROPPED: 2, ERROR: 3, AUDIT: 4 } as const;
const IP_PROTOCOL: Readonly<Record<string, number>> = { tcp: 1, udp: 2, icmpv4: 3, icmpv6: 4 };
/** As Hubble UI names them in the id of a link. */
const PROTOCOL_NAMES = ["UNKNOWN_IP_PROTOCOL", "TCP", "UDP", "ICMP_V4", "ICMP_V6"];

/** Of Cilium's reserved labels, by which Hubble UI knows what is no workload. */
const RESERVED: Readonly<Record<string, string>> = {
  world: "reserved:world",
  process: "reserved:host",
  dns: "reserved:host",
  node: "reserved:remote-node",
  unknown: "reserved:unknown",
  other: "reserved:unknown",
};

const NOT_KNOWN: answers.HubbleTime = { seconds: 0, nanos: 0 };

/** An answers.HubbleGraph, piece by piece. @param startedMs since 1970, of a node that runs; undefined: not known */
export function* hubbleJson(
  parts: Parts,
  startedMs: (node: answers.GraphNode) => number | undefined,
): Generator<string> {
  yield* withScope(parts, members(parts, startedMs));
}

function* members(
  { nodes, links }: Parts,
  startedMs: (node: answers.GraphNode) => number | undefined,
): Generator<string> {
  yield '"services":[';
  yield* listed(nodes, (node) => serviceJson(node, startedMs(node)));
  yield '],"links":[';
  yield* listed(links(), linkJson);
  yield "]";
}

function serviceJson(node: answers.GraphNode, startedMs: number | undefined): answers.HubbleService {
  const { id, name, namespace, compose_project } = node;
  return {
    id,
    name,
    namespace: namespace || compose_project,
    labels: labelsOf(node),
    dnsNames: [],
    egressPolicyEnforced: false,
    ingressPolicyEnforced: false,
    visibilityPolicyStatus: "",
    creationTimestamp: startedMs === undefined ? NOT_KNOWN : momentOf(startedMs),
  };
}

function labelsOf({ kind, namespace, compose_project, compose_service }: answers.GraphNode): answers.HubbleLabel[] {
  const reserved = RESERVED[kind];
  const labels = [
    ...(reserved === undefined ? [] : [{ key: reserved, value: "" }]),
    { key: "k8s:io.kubernetes.pod.namespace", value: namespace },
    { key: "container:com.docker.compose.project", value: compose_project },
    { key: "container:com.docker.compose.service", value: compose_service },
  ];
  return labels.filter(({ key, value }) => key === reserved || value !== "");
}

function linkJson(link: answers.GraphLink): answers.HubbleLink {
  const { source, destination, destination_port } = link;
  const seconds = latencyOf(link);
  const port = destination_port === "~many" ? 0 : destination_port;
  const ipProtocol = IP_PROTOCOL[link.protocol] ?? 0;
  return {
    id: `${source} ${PROTOCOL_NAMES[ipProtocol]} ${destination}:${port}`,
    sourceId: source,
    destinationId: destination,
    destinationPort: port,
    ipProtocol,
    verdict: verdictOf(link),
    flowAmount: link.opened + link.failed || Math.max(0, ...link.observed.map(({ events }) => events)),
    bytesTransferred: link.sent_bytes + link.received_bytes,
    latency: { min: NOT_KNOWN, max: NOT_KNOWN, avg: seconds === null ? NOT_KNOWN : spanOf(seconds) },
  };
}

/** Of requests where somebody tells it, else of packets. */
function latencyOf({ observed, rtt_seconds }: answers.GraphLink): number | null {
  const known = observed.find(({ http }) => http !== null && http.latency_seconds !== null);
  return known?.http?.latency_seconds ?? rtt_seconds;
}

/** What somebody who watches the packets has said is worth more than a guess, and what is bad more than what is well. */
const TOLD = ["DROPPED", "ERROR", "AUDIT", "FORWARDED"] as const;

/**
 * A connection that was established, and a datagram that was answered for, have got through. Of connects that only failed
 * nobody knows: a packet that was dropped and one that was refused by its destination look alike from here.
 */
function verdictOf({ observed, opened, connections, sent_bytes, received_bytes }: answers.GraphLink): number {
  const told = new Set(observed.flatMap(({ verdicts }) => verdicts.map(({ name }) => name)));
  const worst = TOLD.find((name) => told.has(name));
  if (worst !== undefined) return VERDICT[worst];
  return opened + connections + sent_bytes + received_bytes > 0 ? VERDICT.FORWARDED : VERDICT.UNKNOWN;
}

/** As protobuf has a moment. @param ms since 1970, whole: a float of seconds would have no room for nanoseconds */
function momentOf(ms: number): answers.HubbleTime {
  return { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 };
}

/** As protobuf has a short time. */
function spanOf(seconds: number): answers.HubbleTime {
  const nanos = Math.round(seconds * 1e9);
  return { seconds: Math.floor(nanos / 1e9), nanos: nanos % 1e9 };
}
