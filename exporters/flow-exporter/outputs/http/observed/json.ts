import type { Counts } from "../../../model/counts.ts";
import type { ObservedDns, ObservedEdge, ObservedHttp } from "../../../model/observed-edge.ts";
import type * as answers from "../answers.ts";

/** What one observer says of an edge. */
export function observedJson(edge: ObservedEdge): answers.Observed {
  const { origin, flows, replies, verdicts, dropReasons, types, http, dns, perSecond, seenMs } = edge;
  return {
    origin,
    events: flows,
    replies,
    verdicts: countsJson(verdicts),
    drop_reasons: countsJson(dropReasons),
    types: countsJson(types),
    http: http ? httpJson(http) : null,
    dns: dns ? dnsJson(dns) : null,
    per_second: perSecond ?? null,
    seen: new Date(seenMs).toISOString(),
  };
}

/** A list, the most frequent first: names are others' words, and as keys of an object could be any of JavaScript's own. */
function countsJson(counts: Counts): answers.Count[] {
  const all = [...counts].map(([name, count]) => ({ name, count }));
  return all.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

function httpJson({ requests, responses, methods, codes, latencySeconds: { sum, count } }: ObservedHttp) {
  const latency = count > 0 ? sum / count : null;
  return { requests, responses, methods: countsJson(methods), codes: countsJson(codes), latency_seconds: latency };
}

function dnsJson({ queries, responses, rcodes }: ObservedDns) {
  return { queries, responses, rcodes: countsJson(rcodes) };
}
