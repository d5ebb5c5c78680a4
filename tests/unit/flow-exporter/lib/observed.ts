import { createEndpoint } from "../../../../exporters/flow-exporter/model/endpoint.ts";
import type { ObservedEdge } from "../../../../exporters/flow-exporter/model/observed-edge.ts";
import type { View } from "../../../../exporters/flow-exporter/outputs/view.ts";

const ORIGIN = "hubble:relay:4245";

/** What Hubble tells of the host of world.ts: requests to web, and a drop. */
const EDGES: readonly ObservedEdge[] = [
  {
    origin: ORIGIN,
    source: { ...createEndpoint("shop/front-1", "container"), pod: "front-1", namespace: "shop", node: "worker-2" },
    destination: createEndpoint("web", "container"),
    destinationPort: 80,
    protocol: "tcp",
    flows: 40,
    replies: 20,
    verdicts: new Map([
      ["FORWARDED", 38],
      ["DROPPED", 2],
    ]),
    dropReasons: new Map([["POLICY_DENIED", 2]]),
    types: new Map([["Trace/to-endpoint", 40]]),
    http: {
      requests: 5,
      responses: 5,
      methods: new Map([["GET", 5]]),
      codes: new Map([
        ["200", 4],
        ["503", 1],
      ]),
      latencySeconds: { sum: 0.25, count: 5 },
    },
    dns: { queries: 3, responses: 2, rcodes: new Map([["No Error", 2]]) },
    perSecond: 4,
    seenMs: 0,
  },
];

/** What a view has besides, where an observer is read. */
export const OBSERVED: Pick<View, "observed" | "lostEvents"> = {
  observed: () => EDGES,
  lostEvents: () => [{ name: ORIGIN, lost: new Map([["HUBBLE_RING_BUFFER", 12]]) }],
};
