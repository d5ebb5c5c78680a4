import type { HttpTotal } from "../../model/http-total.ts";
import type { ObservedCounts } from "../../model/observed-edge.ts";
import type { ObservedEnds } from "../../model/observed-flow.ts";

/** What its edges are marked by in the map. */
const HTTP_ORIGIN = "http";

const NONE: ReadonlyMap<string, number> = new Map();

/** Answered requests as what somebody observes of an edge: each is one event. */
export function asObserved(grown: HttpTotal, seenMs: number): [ObservedEnds, ObservedCounts] {
  const { source, destination, destinationPort, method, code, requests, latencySeconds } = grown;
  const http = {
    requests,
    responses: requests,
    methods: new Map([[method, requests]]),
    codes: new Map([[`${code}`, requests]]),
    latencySeconds: { sum: latencySeconds, count: requests },
  };
  const kinds = { verdicts: NONE, dropReasons: NONE, types: new Map([["L7/HTTP", requests]]), http, dns: undefined };
  return [
    { origin: HTTP_ORIGIN, source, destination, destinationPort, protocol: "tcp" },
    { flows: requests, replies: 0, ...kinds, seenMs },
  ];
}
