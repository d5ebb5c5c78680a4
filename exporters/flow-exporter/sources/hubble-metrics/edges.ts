import type { Endpoint } from "../../model/endpoint.ts";
import type { ObservedEdge } from "../../model/observed-edge.ts";
import type { ToldEnd } from "../../naming/told.ts";
import type { Counter } from "./counters.ts";
import { endsOf } from "./ends.ts";
import { EdgeTally } from "./tally.ts";

const ORIGIN = "hubble-metrics";

interface Options {
  endpointOf(end: ToldEnd): Endpoint;
  most: number;
  /** Between this answer and the one before; undefined: it is the first. */
  seconds: number | undefined;
  /** Milliseconds since 1970 of a moment of the counters' clock. */
  wallMs(ms: number): number;
}

export interface ToldEdges {
  edges: readonly ObservedEdge[];
  /** Counters that tell of one end at most. */
  withoutEnds: number;
  /** Edges there were no places for. */
  leftOut: number;
}

/** Who talks to whom by the counters of Hubble's agents: one edge for two ends and a protocol, since none of them has a port. */
export function edgesOf(counters: Iterable<Counter>, { endpointOf, most, seconds, wallMs }: Options): ToldEdges {
  const all = [...counters];
  const tallies = new Map<string, EdgeTally>();
  const leftOut = new Set<string>();
  const v2 = agentsWithV2(all);
  let withoutEnds = 0;
  for (const counter of all) {
    const ends = endsOf(counter.labels);
    if (!ends) {
      withoutEnds += 1;
      continue;
    }
    const isTurned = isAnswer(counter, v2);
    const [from, to] = isTurned ? [ends.destination, ends.source] : [ends.source, ends.destination];
    const [source, destination] = [endpointOf(from), endpointOf(to)];
    const protocol = protocolOf(counter);
    const key = `${source.name}\n${destination.name}\n${protocol}`;
    const known = tallies.get(key);
    if (known) known.add(counter);
    else if (tallies.size >= most) leftOut.add(key);
    else tallies.set(key, new EdgeTally(source, destination, protocol).add(counter));
  }
  const edges = [...tallies.values()].map((tally) => tally.edge(ORIGIN, seconds, wallMs));
  return { edges, withoutEnds, leftOut: leftOut.size };
}

/** Agents that count requests when they are answered (Hubble's `httpV2`), with the status, and from the client's side. */
function agentsWithV2(counters: readonly Counter[]): ReadonlySet<string> {
  const answered = counters.filter(({ metric, labels }) => metric === "http_requests_total" && labels.status);
  return new Set(answered.map(agentOf));
}

function agentOf({ labels }: Counter): string {
  return `${labels.job}\n${labels.instance}`;
}

/** Whether a counter's source is who answers: those of answers have the labels of the packet that was one. */
function isAnswer(counter: Counter, v2: ReadonlySet<string>): boolean {
  switch (counter.metric) {
    case "http_responses_total":
    case "dns_responses_total":
      return true;
    case "http_request_duration_seconds_sum":
    case "http_request_duration_seconds_count":
      return !v2.has(agentOf(counter));
    default:
      return false;
  }
}

const UNDER: Readonly<Record<string, string>> = { http: "tcp", kafka: "tcp", dns: "udp" };
const CARRIERS: ReadonlySet<string> = new Set(["tcp", "udp", "sctp", "icmpv4", "icmpv6"]);

/** What carries it, in small letters: for HTTP and DNS, Hubble tells those in place of it. */
function protocolOf({ metric, labels }: Counter): string {
  if (metric.startsWith("http_")) return "tcp";
  if (metric.startsWith("dns_")) return "udp";
  const told = (labels.protocol ?? "").toLowerCase();
  return CARRIERS.has(told) ? told : (UNDER[told] ?? "");
}
