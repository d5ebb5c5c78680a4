import { z } from "zod";
import type { Memory } from "../join/remembered.ts";
import type { TenuresState } from "../join/tenures.ts";
import type { Container } from "../model/container.ts";
import { createEdge, MANY_PORTS } from "../model/edge.ts";
import type { Endpoint } from "../model/endpoint.ts";
import type { DepartedState } from "./departed.ts";
import { createCounters, type EdgeCounters, type EdgeTotal } from "./edge-total.ts";
import type { EndpointTotal } from "./endpoint-work.ts";
import { BUCKETS } from "./histogram.ts";
import type { LossesState } from "./lost-flows.ts";
import type { Sign } from "./unseen.ts";

const VERSION = 1;
const MEMORY_NUMBERS = 7;
const MOST_TAKEN = 1_000_000;
const OPENED = 1;
const CLIENT_SEEN = 2;
const ENDED = 4;

/** All that an exporter hands on to the next one, as of one moment between two reads. */
export interface State {
  /** Of the kernel: cookies and numbers mean something else after the next boot. */
  bootId: string;
  edges: EdgeTotal[];
  departed: DepartedState;
  droppedEdges: number;
  losses: LossesState;
  unseenSeconds: number;
  /** Of the tracer that was read last; undefined: none was. */
  lastSign?: Sign | undefined;
  work: EndpointTotal[];
  /** Names of cgroups by inode, and containers, that name flows which are still to come. */
  cgroups: [number, string][];
  containers: Container[];
  /** Ids of the monitoring's own containers, those that are gone among them. */
  ownContainers: string[];
  /** Docker's own proxies: process id and start. */
  proxies: [number, number][];
  /** Which of the containers had which address, and port of the host, when. */
  tenures: TenuresState;
  /** As `ClosedState`; the rows in base64. */
  closed: { tracer: string; taken: [number, number][]; rows: string; shown?: number | undefined; erased: number };
  tcp: Memory[];
  udp: Memory[];
  /** Entries of UDP that have been read and not been counted yet, as rows in base64. */
  udpRows: string;
}

const amount = z.number().min(0);
const histogram = (bounds: readonly number[]) =>
  z.object({ counts: z.array(amount).length(bounds.length + 1), sum: amount });
const run = z.tuple([z.int(), z.int()]).refine(([first, last]) => last - first < MOST_TAKEN, "is too long");
const memories = z.array(amount).refine((all) => all.length % MEMORY_NUMBERS === 0, "is cut off");

const losses = z.object({ live: amount, closed: amount, erased: amount.default(0), events: amount, udp: amount });
const seen = z.object({
  liveLost: amount,
  storageLost: amount,
  closedLost: amount,
  closedErased: amount.default(0),
  missedEvents: amount,
  udpLost: amount,
});

const endpointSchema = z.object({
  name: z.string(),
  kind: z.enum(["container", "process", "dns", "world", "unknown", "other"]),
  containerId: z.string(),
  image: z.string(),
  composeProject: z.string(),
  composeService: z.string(),
  pod: z.string(),
  namespace: z.string(),
});

const publishedPort = z.object({
  protocol: z.int(),
  hostAddress: z.string().optional(),
  hostPort: z.int(),
  containerPort: z.int(),
});

const containerSchema = endpointSchema.omit({ kind: true, containerId: true }).extend({
  id: z.string(),
  pid: z.int().min(0),
  networkMode: z.string(),
  addresses: z.array(z.string()),
  publishedPorts: z.array(publishedPort),
  /** Left out by exporters that did not keep it. */
  hostPaths: z.array(z.string()).default([]),
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
  rtt: histogram(BUCKETS.rtt),
  duration: histogram(BUCKETS.duration),
  size: histogram(BUCKETS.size),
  lastActiveMs: amount,
});

const workSchema = z.object({
  endpoint: z.string(),
  cpuSeconds: amount,
  readBytes: amount,
  writtenBytes: amount,
  minorFaults: amount,
  majorFaults: amount,
  residentBytes: amount,
}) satisfies z.ZodType<EndpointTotal>;

const tenuresSchema = z.object({
  toldNs: amount,
  held: z.array(
    z.object({
      place: z.string(),
      containerId: z.string(),
      fromNs: amount,
      untilNs: amount.optional(),
      preparedNs: amount,
    }),
  ),
}) satisfies z.ZodType<TenuresState>;

const departedSchema = z.object({
  remembered: z.array(edgeSchema),
  forgotten: z.object({ tcp: countersSchema, udp: countersSchema }),
});

const fileSchema = z.object({
  version: z.literal(VERSION),
  bootId: z.string(),
  endpoints: z.array(endpointSchema),
  edges: z.array(edgeSchema),
  /** Left out by exporters that did not keep it. */
  departed: departedSchema.default(() => ({
    remembered: [],
    forgotten: { tcp: createCounters(), udp: createCounters() },
  })),
  droppedEdges: amount,
  losses: z.object({ total: losses, seen }),
  /** Left out by exporters that did not keep it. */
  unseenSeconds: amount.default(0),
  lastSign: z.object({ tracer: z.string(), aliveNs: amount, wallOffsetMs: z.number() }).optional(),
  work: z.array(workSchema),
  cgroups: z.array(z.tuple([z.int(), z.string()])),
  containers: z.array(containerSchema),
  /** Left out by exporters that did not keep it. */
  ownContainers: z.array(z.string()).default([]),
  proxies: z.array(z.tuple([z.int(), amount])).default([]),
  tenures: tenuresSchema.default(() => ({ toldNs: 0, held: [] })),
  closed: z.object({
    tracer: z.string(),
    taken: z.array(run),
    rows: z.base64(),
    /** Left out by exporters that did not count what others erase. */
    shown: amount.optional(),
    erased: amount.default(0),
  }),
  tcp: memories,
  udp: memories,
  /** Left out by exporters that did not keep it. */
  udpRows: z.base64().default(""),
});

type File = z.infer<typeof fileSchema>;

/** The state as text. */
export function encodeState(state: State): string {
  const endpoints = new Map<Endpoint, number>();
  const indexOf = (endpoint: Endpoint) => {
    const index = endpoints.get(endpoint) ?? endpoints.size;
    endpoints.set(endpoint, index);
    return index;
  };
  const encodeEdge = ({ edge, connections: _, ...total }: EdgeTotal) => {
    const { source, destination, destinationPort, protocol } = edge;
    return { ...total, source: indexOf(source), destination: indexOf(destination), destinationPort, protocol };
  };
  const file: File = {
    ...state,
    version: VERSION,
    edges: state.edges.map(encodeEdge),
    departed: { ...state.departed, remembered: state.departed.remembered.map(encodeEdge) },
    endpoints: [...endpoints.keys()],
    tcp: numbersOf(state.tcp),
    udp: numbersOf(state.udp),
  };
  return JSON.stringify(file);
}

/** What `encodeState` wrote. @throws Error that says what is wrong with the text. */
export function decodeState(text: string): State {
  const parsed = fileSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { endpoints, version: _, ...file } = parsed.data;
  const edgesOf = (edges: File["edges"]) => edges.map((edge) => decodeEdge(edge, endpoints));
  const departed = { ...file.departed, remembered: edgesOf(file.departed.remembered) };
  return { ...file, edges: edgesOf(file.edges), departed, tcp: memoriesOf(file.tcp), udp: memoriesOf(file.udp) };
}

function decodeEdge({ source, destination, ...total }: File["edges"][number], endpoints: Endpoint[]): EdgeTotal {
  const { destinationPort, protocol, ...counters } = total;
  const [from, to] = [endpoints[source], endpoints[destination]];
  if (!from || !to) throw new Error("an edge has an endpoint that is not there");
  return { ...counters, edge: createEdge(from, to, destinationPort, protocol), connections: 0 };
}

/** Flat, because there can be a hundred thousand. */
function numbersOf(memories: readonly Memory[]): number[] {
  const numbers: number[] = [];
  for (const { key, ports, startNs, counted } of memories) {
    const flags = (counted.opened ? OPENED : 0) + (counted.clientSeen ? CLIENT_SEEN : 0) + (counted.ended ? ENDED : 0);
    numbers.push(key, ports, startNs, counted.sentBytes, counted.receivedBytes, counted.retransmits, flags);
  }
  return numbers;
}

function memoriesOf(numbers: readonly number[]): Memory[] {
  return Array.from({ length: numbers.length / MEMORY_NUMBERS }, (_, index) => {
    const at = index * MEMORY_NUMBERS;
    const [key = 0, ports = 0, startNs = 0, sentBytes = 0, receivedBytes = 0, retransmits = 0, flags = 0] =
      numbers.slice(at, at + MEMORY_NUMBERS);
    const counted = {
      sentBytes,
      receivedBytes,
      retransmits,
      opened: (flags & OPENED) !== 0,
      ended: (flags & ENDED) !== 0,
      clientSeen: (flags & CLIENT_SEEN) !== 0,
    };
    return { key, ports, startNs, counted };
  });
}
