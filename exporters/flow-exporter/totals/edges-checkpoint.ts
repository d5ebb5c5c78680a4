import { z } from "zod";
import { checked, type Participant } from "../checkpoint/participant.ts";
import { createEdge, MANY_PORTS } from "../model/edge.ts";
import type { Endpoint } from "../model/endpoint.ts";
import { createCounters, type EdgeCounters, type EdgeTotal } from "./edge-total.ts";
import type { EdgesState, EdgeTotals } from "./edge-totals.ts";
import { BUCKETS, type Histogram, rebucketed } from "./histogram.ts";

const amount = z.number().min(0);
const histogram = (bounds: readonly number[]) =>
  z.object({ counts: z.array(amount).length(bounds.length + 1), sum: amount });
/** Of round-trip times, as exporters kept them before there were smaller steps. */
const RTT_DECADES = [0.0001, 0.001, 0.01, 0.1, 1];
const rttHistogram = z.union([
  histogram(BUCKETS.rtt),
  histogram(RTT_DECADES).transform(({ counts, sum }) => ({
    counts: rebucketed(counts, RTT_DECADES, BUCKETS.rtt),
    sum,
  })),
]);

const endpointSchema = z.object({
  name: z.string(),
  kind: z.enum(["container", "process", "service", "node", "dns", "world", "unknown", "other"]),
  containerId: z.string(),
  image: z.string(),
  composeProject: z.string(),
  composeService: z.string(),
  pod: z.string(),
  namespace: z.string(),
  node: z.string().optional(),
});

const countersSchema = z.object({
  sentBytes: amount,
  receivedBytes: amount,
  retransmits: amount,
  opened: amount,
  closed: amount,
  failed: amount,
}) satisfies z.ZodType<EdgeCounters>;

const edgeSchema = countersSchema.extend({
  /** Indexes into `endpoints`. */
  source: z.int().min(0),
  destination: z.int().min(0),
  destinationPort: z.union([z.int().min(0), z.literal(MANY_PORTS)]),
  protocol: z.enum(["tcp", "udp"]),
  rtt: rttHistogram,
  duration: histogram(BUCKETS.duration),
  size: histogram(BUCKETS.size),
  lastActiveMs: amount,
});

const departedSchema = z.object({
  remembered: z.array(edgeSchema),
  forgotten: z.object({ tcp: countersSchema, udp: countersSchema }),
});

const schema = z.object({
  endpoints: z.array(endpointSchema),
  edges: z.array(edgeSchema),
  /** Left out by exporters that did not keep it. */
  departed: departedSchema.default(() => ({
    remembered: [],
    forgotten: { tcp: createCounters(), udp: createCounters() },
  })),
  droppedEdges: amount,
});

type Saved = z.infer<typeof schema>;
type SavedEdge = z.infer<typeof edgeSchema>;

/** The totals of the edges, which outlive the exporter and the machine's boot. */
export function edgesParticipant(totals: EdgeTotals): Participant {
  return {
    save: () => encode(totals.state),
    prepare: (file) => {
      const state = decode(checked(schema, file));
      return ({ nowNs }) => totals.restore(state, nowNs / 1e6);
    },
  };
}

function encode({ edges, departed, droppedEdges }: EdgesState): Saved {
  const endpoints = new Map<Endpoint, number>();
  const indexOf = (endpoint: Endpoint) => {
    const index = endpoints.get(endpoint) ?? endpoints.size;
    endpoints.set(endpoint, index);
    return index;
  };
  const encodeAll = (totals: readonly EdgeTotal[]) => totals.map((total) => encodeEdge(total, indexOf));
  const { tcp, udp } = departed.forgotten;
  const saved = {
    edges: encodeAll(edges),
    departed: { remembered: encodeAll(departed.remembered), forgotten: { tcp: { ...tcp }, udp: { ...udp } } },
    droppedEdges,
  };
  return { ...saved, endpoints: [...endpoints.keys()] };
}

function encodeEdge({ edge, connections: _, ...total }: EdgeTotal, indexOf: (one: Endpoint) => number): SavedEdge {
  const { source, destination, destinationPort, protocol } = edge;
  const { rtt, duration, size } = total;
  const histograms = { rtt: copyOf(rtt), duration: copyOf(duration), size: copyOf(size) };
  return {
    ...total,
    ...histograms,
    source: indexOf(source),
    destination: indexOf(destination),
    destinationPort,
    protocol,
  };
}

function copyOf({ counts, sum }: Histogram): Histogram {
  return { counts: [...counts], sum };
}

function decode({ endpoints, edges, departed, droppedEdges }: Saved): EdgesState {
  const decodeAll = (saved: readonly SavedEdge[]) => saved.map((edge) => decodeEdge(edge, endpoints));
  return {
    edges: decodeAll(edges),
    departed: { ...departed, remembered: decodeAll(departed.remembered) },
    droppedEdges,
  };
}

function decodeEdge({ source, destination, ...total }: SavedEdge, endpoints: readonly Endpoint[]): EdgeTotal {
  const { destinationPort, protocol, ...counters } = total;
  const [from, to] = [endpoints[source], endpoints[destination]];
  if (!from || !to) throw new Error("an edge has an endpoint that is not there");
  return { ...counters, edge: createEdge(from, to, destinationPort, protocol), connections: 0 };
}
