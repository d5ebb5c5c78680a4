import { createEndpoint, type Endpoint } from "../../../../exporters/flow-exporter/model/endpoint.ts";
import type { ObservedEdge } from "../../../../exporters/flow-exporter/model/observed-edge.ts";

/** As of the moment that the view of the tests shows. */
const SEEN_MS = Date.UTC(2030, 0, 1);

/** A pod that others know, and nobody here. */
export function toldPod(name: string): Endpoint {
  const [namespace = "", pod = ""] = name.split("/");
  return { ...createEndpoint(name, "container"), namespace, pod, node: "" };
}

/** What Hubble says of one edge: three packets got through. */
export function observedEdge(
  source: Endpoint,
  destination: Endpoint,
  values: Partial<ObservedEdge> = {},
): ObservedEdge {
  return {
    origin: "hubble:relay:4245",
    source,
    destination,
    destinationPort: 0,
    protocol: "tcp",
    flows: 3,
    replies: 0,
    verdicts: new Map([["FORWARDED", 3]]),
    dropReasons: new Map(),
    types: new Map([["Trace/to-endpoint", 3]]),
    http: undefined,
    dns: undefined,
    perSecond: undefined,
    seenMs: SEEN_MS,
    ...values,
  };
}
