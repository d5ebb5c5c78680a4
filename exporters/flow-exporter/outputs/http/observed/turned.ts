import { type Counts, countAllIn } from "../../../model/counts.ts";
import type { ObservedCounts, ObservedDns, ObservedEdge, ObservedHttp } from "../../../model/observed-edge.ts";

/** Who asks whom in other words: whether one end is known to be the client of the other by this protocol. */
type IsClient = (source: string, destination: string, protocol: string) => boolean;

/**
 * Hubble's metrics count packets, and do not say which are answers: what two ends say to each other comes as two edges.
 * Where it is known who is the client, by our own edges or since only one of them asks for something, they become one.
 */
export function answersTurned(edges: readonly ObservedEdge[], isClient: IsClient): ObservedEdge[] {
  const loose = new Map(edges.filter(isLoose).map((edge) => [keyOf(edge), edge]));
  const asks = (edge: ObservedEdge) =>
    (edge.http?.requests ?? 0) + (edge.dns?.queries ?? 0) > 0 ||
    isClient(edge.source.name, edge.destination.name, edge.protocol);
  return edges.flatMap((edge) => {
    if (!isLoose(edge)) return [edge];
    const back = loose.get(keyOf(turned(edge)));
    const [isAsked, isAskedBack] = [asks(edge), asks(back ?? turned(edge))];
    if (isAsked === isAskedBack || edge.source === edge.destination) return [edge];
    if (isAsked) return [back ? withAnswers(edge, back) : edge];
    return back ? [] : [turned(edge)];
  });
}

/** Those with a port have their answers turned already. */
function isLoose({ destinationPort }: ObservedEdge): boolean {
  return destinationPort === 0;
}

function keyOf({ origin, source, destination, protocol }: ObservedEdge): string {
  return `${origin}\n${source.name}\n${destination.name}\n${protocol}`;
}

/** All of it was answers. */
function turned(edge: ObservedEdge): ObservedEdge {
  return { ...edge, source: edge.destination, destination: edge.source, replies: edge.flows };
}

function withAnswers(edge: ObservedEdge, back: ObservedEdge): ObservedEdge {
  const isKnown = edge.perSecond !== undefined || back.perSecond !== undefined;
  const perSecond = isKnown ? (edge.perSecond ?? 0) + (back.perSecond ?? 0) : undefined;
  return { ...edge, ...countsWith(edge, back), perSecond };
}

/** All events of `back` are answers. */
function countsWith(one: ObservedCounts, back: ObservedCounts): ObservedCounts {
  return {
    flows: one.flows + back.flows,
    replies: one.replies + back.flows,
    verdicts: sumOf(one.verdicts, back.verdicts),
    dropReasons: sumOf(one.dropReasons, back.dropReasons),
    types: sumOf(one.types, back.types),
    http: httpOf(one.http, back.http),
    dns: dnsOf(one.dns, back.dns),
    seenMs: Math.max(one.seenMs, back.seenMs),
  };
}

function sumOf(one: Counts, other: Counts): Counts {
  const sum = new Map(one);
  countAllIn(sum, other);
  return sum;
}

/** The other direction asks for nothing, and so has answers at most. */
function httpOf(one: ObservedHttp | undefined, back: ObservedHttp | undefined): ObservedHttp | undefined {
  if (!one || !back) return one ?? back;
  return { ...one, responses: one.responses + back.responses, codes: sumOf(one.codes, back.codes) };
}

function dnsOf(one: ObservedDns | undefined, back: ObservedDns | undefined): ObservedDns | undefined {
  if (!one || !back) return one ?? back;
  return { ...one, responses: one.responses + back.responses, rcodes: sumOf(one.rcodes, back.rcodes) };
}
