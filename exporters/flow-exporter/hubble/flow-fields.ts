import { isIP } from "node:net";
import { asAddressText } from "../model/address.ts";
import type {
  HubbleDns,
  HubbleEndpoint,
  HubbleFlow,
  HubbleHttp,
  HubbleL4,
  HubbleL7,
  Verdict,
} from "../model/hubble-flow.ts";
import { HubbleFault } from "./fault.ts";
import { type Fields, fieldsOf, isSet, listOf, NO_FIELDS, numberOf, textOf, textsOf, timeOf } from "./fields.ts";
import { DIRECTIONS, DROP_REASONS, FLOW_TYPES, L7_TYPES, VERDICTS } from "./words.ts";

const MAX_PORT = 65_535;
const MAX_UINT64 = 2 ** 64;
const PROTOCOLS = ["TCP", "UDP", "SCTP", "ICMPv4", "ICMPv6"] as const;
const NO_FLAGS: readonly string[] = Object.freeze([]);

/** A flow from JSON or a decoded message. @throws HubbleFault `bad_field` */
export function flowOf(fields: Fields): HubbleFlow {
  const ip = fieldsOf(fields.IP, "IP") ?? NO_FIELDS;
  const event = fieldsOf(fields.event_type ?? fields.eventType, "event_type") ?? NO_FIELDS;
  return {
    uuid: textOf(fields.uuid, "uuid"),
    timeMs: timeOf(fields.time, "time"),
    nodeName: textOf(fields.node_name ?? fields.nodeName, "node_name"),
    verdict: verdictOf(VERDICTS.name(fields.verdict, "verdict")),
    dropReason: dropReasonOf(fields),
    sourceAddress: addressOf(ip.source, "IP.source"),
    destinationAddress: addressOf(ip.destination, "IP.destination"),
    l4: l4Of(fieldsOf(fields.l4, "l4")),
    source: endpointOf(fieldsOf(fields.source, "source")),
    destination: endpointOf(fieldsOf(fields.destination, "destination")),
    sourceNames: textsOf(fields.source_names ?? fields.sourceNames, "source_names"),
    destinationNames: textsOf(fields.destination_names ?? fields.destinationNames, "destination_names"),
    sourceService: serviceOf(fieldsOf(fields.source_service ?? fields.sourceService, "source_service")),
    destinationService: serviceOf(
      fieldsOf(fields.destination_service ?? fields.destinationService, "destination_service"),
    ),
    type: oneOf(["L3_L4", "L7", "SOCK"], FLOW_TYPES.name(fields.Type, "Type"), "UNKNOWN_TYPE"),
    eventType: {
      type: signedOf(event.type, "event_type.type"),
      subType: signedOf(event.sub_type ?? event.subType, "event_type.sub_type"),
    },
    isReply: isReplyOf(fields),
    direction: oneOf(
      ["INGRESS", "EGRESS"],
      DIRECTIONS.name(fields.traffic_direction ?? fields.trafficDirection, "traffic_direction"),
      "TRAFFIC_DIRECTION_UNKNOWN",
    ),
    l7: l7Of(fieldsOf(fields.l7, "l7")),
    summary: textOf(fields.Summary, "Summary"),
  };
}

/** A verdict that only a newer server has a name for is none that we could give. */
function verdictOf(word: string): Verdict {
  return VERDICTS.isKnown(word) ? (word as Verdict) : "VERDICT_UNKNOWN";
}

/** What an older server says by number is said by name now. */
function dropReasonOf(fields: Fields): string {
  const named = DROP_REASONS.name(fields.drop_reason_desc ?? fields.dropReasonDesc, "drop_reason_desc");
  if (named !== "DROP_REASON_UNKNOWN") return named;
  const number = numberOf(fields.drop_reason ?? fields.dropReason, "drop_reason");
  return number === 0 ? "" : DROP_REASONS.name(number, "drop_reason");
}

/** Absent is not false: nobody knows. Older servers only say where it is one. */
function isReplyOf(fields: Fields): boolean | undefined {
  const told = fields.is_reply ?? fields.isReply;
  if (typeof told === "boolean") return told;
  const wrapped = fieldsOf(told, "is_reply");
  if (wrapped !== undefined) return isSet(wrapped.value, "is_reply");
  return isSet(fields.reply, "reply") ? true : undefined;
}

function addressOf(value: unknown, name: string): string {
  const text = textOf(value, name);
  if (text === "") return "";
  switch (isIP(text)) {
    case 4:
      return text;
    case 6:
      // The zone is a name of the machine that says so.
      return asAddressText(text.split("%", 1)[0] ?? text);
    default:
      throw new HubbleFault("bad_field", `${name} is no address`);
  }
}

function l4Of(l4: Fields | undefined): HubbleL4 | undefined {
  if (l4 === undefined) return undefined;
  for (const protocol of PROTOCOLS) {
    const fields = fieldsOf(l4[protocol], `l4.${protocol}`);
    if (fields === undefined) continue;
    return {
      protocol,
      sourcePort: numberOf(fields.source_port ?? fields.sourcePort, "source_port", MAX_PORT),
      destinationPort: numberOf(fields.destination_port ?? fields.destinationPort, "destination_port", MAX_PORT),
      flags: flagsOf(fieldsOf(fields.flags, "flags")),
    };
  }
  return undefined;
}

const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "NS"] as const;

/** In the order of the header's bits. */
export function flagsOf(flags: Fields | undefined): readonly string[] {
  if (flags === undefined) return NO_FLAGS;
  return FLAGS.filter((name) => isSet(flags[name], `flags.${name}`));
}

function endpointOf(fields: Fields | undefined): HubbleEndpoint | undefined {
  if (fields === undefined) return undefined;
  return {
    id: numberOf(fields.ID, "ID"),
    identity: numberOf(fields.identity, "identity"),
    clusterName: textOf(fields.cluster_name ?? fields.clusterName, "cluster_name"),
    namespace: textOf(fields.namespace, "namespace"),
    podName: textOf(fields.pod_name ?? fields.podName, "pod_name"),
    labels: textsOf(fields.labels, "labels"),
    workloads: listOf(fields.workloads, "workloads").map(({ name, kind }) => ({
      name: textOf(name, "workloads.name"),
      kind: textOf(kind, "workloads.kind"),
    })),
  };
}

function serviceOf(fields: Fields | undefined): HubbleFlow["sourceService"] {
  if (fields === undefined) return undefined;
  return { name: textOf(fields.name, "service.name"), namespace: textOf(fields.namespace, "service.namespace") };
}

function l7Of(fields: Fields | undefined): HubbleL7 | undefined {
  if (fields === undefined) return undefined;
  return {
    type: oneOf(["REQUEST", "RESPONSE", "SAMPLE"], L7_TYPES.name(fields.type, "l7.type"), "UNKNOWN_L7_TYPE"),
    latencyNs: numberOf(fields.latency_ns ?? fields.latencyNs, "latency_ns", MAX_UINT64),
    http: httpOf(fieldsOf(fields.http, "http")),
    dns: dnsOf(fieldsOf(fields.dns, "dns")),
  };
}

function httpOf(fields: Fields | undefined): HubbleHttp | undefined {
  if (fields === undefined) return undefined;
  return {
    code: numberOf(fields.code, "http.code"),
    method: textOf(fields.method, "http.method"),
    url: textOf(fields.url, "http.url"),
    protocol: textOf(fields.protocol, "http.protocol"),
  };
}

function dnsOf(fields: Fields | undefined): HubbleDns | undefined {
  if (fields === undefined) return undefined;
  return {
    query: textOf(fields.query, "dns.query"),
    ips: textsOf(fields.ips, "dns.ips"),
    ttl: numberOf(fields.ttl, "dns.ttl"),
    cnames: textsOf(fields.cnames, "dns.cnames"),
    observationSource: textOf(fields.observation_source ?? fields.observationSource, "dns.observation_source"),
    rcode: numberOf(fields.rcode, "dns.rcode"),
    qtypes: textsOf(fields.qtypes, "dns.qtypes"),
    rrtypes: textsOf(fields.rrtypes, "dns.rrtypes"),
  };
}

function signedOf(value: unknown, name: string): number {
  return typeof value === "number" && value < 0 ? -numberOf(-value, name) : numberOf(value, name);
}

function oneOf<Known extends string, None extends string>(known: readonly Known[], word: string, none: None) {
  return known.find((one) => one === word) ?? none;
}
