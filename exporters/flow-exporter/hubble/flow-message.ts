import { isIP } from "node:net";
import type { HubbleDns, HubbleEndpoint, HubbleFlow, HubbleL4, HubbleL7 } from "../model/hubble-flow.ts";
import type { Fields } from "./fields.ts";
import { DIRECTIONS, DROP_REASONS, FLOW_TYPES, L7_TYPES, VERDICTS } from "./words.ts";

const TRACE = 4;
/** Of a trace's subtype 0, which is another number among the points. */
const TO_ENDPOINT = 101;

/** A flow as the fields of `flow.Flow`, enums as numbers. What is not known is left out. */
export function flowFields(flow: HubbleFlow): Fields {
  const { eventType, l4, l7 } = flow;
  return {
    time: timestamp(flow.timeMs),
    uuid: flow.uuid,
    verdict: VERDICTS.number(flow.verdict),
    drop_reason: DROP_REASONS.number(flow.dropReason),
    drop_reason_desc: DROP_REASONS.number(flow.dropReason),
    IP: ipFields(flow),
    l4: l4 && l4Fields(l4),
    source: flow.source && endpointFields(flow.source),
    destination: flow.destination && endpointFields(flow.destination),
    Type: FLOW_TYPES.number(flow.type),
    node_name: flow.nodeName,
    source_names: flow.sourceNames,
    destination_names: flow.destinationNames,
    source_service: flow.sourceService,
    destination_service: flow.destinationService,
    l7: l7 && l7Fields(l7),
    event_type: eventType.type === 0 ? undefined : { type: eventType.type, sub_type: eventType.subType },
    traffic_direction: DIRECTIONS.number(flow.direction),
    trace_observation_point: eventType.type === TRACE ? eventType.subType || TO_ENDPOINT : 0,
    is_reply: flow.isReply === undefined ? undefined : { value: flow.isReply },
    reply: flow.isReply === true,
    Summary: flow.summary,
  };
}

/** Microseconds: more a number of milliseconds since 1970 does not hold. */
export function timestamp(ms: number): { seconds: number; nanos: number } | undefined {
  if (ms === 0) return undefined;
  const micros = Math.round(ms * 1000);
  const seconds = Math.floor(micros / 1e6);
  return { seconds, nanos: (micros - seconds * 1e6) * 1000 };
}

function ipFields({ sourceAddress, destinationAddress }: HubbleFlow): Fields | undefined {
  const version = isIP(sourceAddress || destinationAddress);
  if (version === 0) return undefined;
  return { source: sourceAddress, destination: destinationAddress, ipVersion: version === 4 ? 1 : 2 };
}

function l4Fields({ protocol, sourcePort, destinationPort, flags }: HubbleL4): Fields {
  if (protocol === "ICMPv4" || protocol === "ICMPv6") return { [protocol]: {} };
  const ports = { source_port: sourcePort, destination_port: destinationPort };
  if (protocol !== "TCP" || flags.length === 0) return { [protocol]: ports };
  return { TCP: { ...ports, flags: Object.fromEntries(flags.map((flag) => [flag, true])) } };
}

function endpointFields({ id, identity, clusterName, namespace, podName, labels, workloads }: HubbleEndpoint): Fields {
  return { ID: id, identity, cluster_name: clusterName, namespace, pod_name: podName, labels, workloads };
}

function l7Fields({ type, latencyNs, http, dns }: HubbleL7): Fields {
  return { type: L7_TYPES.number(type), latency_ns: latencyNs, http, dns: dns && dnsFields(dns) };
}

function dnsFields({ observationSource, ...rest }: HubbleDns): Fields {
  return { ...rest, observation_source: observationSource };
}
