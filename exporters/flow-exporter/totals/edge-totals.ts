import { createEdge } from "../join/edge.ts";
import { OTHER, WORLD } from "../join/endpoint.ts";
import {
  type Connected,
  type Edge,
  type Flow,
  isEstablished,
  lifeOf,
  type News,
  nearSide,
  takeNews,
} from "../join/flow.ts";
import { BUCKETS, createHistogram, type Histogram, observe } from "./histogram.ts";
import { Overflow } from "./overflow.ts";

const IDLE_MS = 60 * 60 * 1000;

/** What went over one edge since it was first seen, from the source's side. */
export interface EdgeTotal {
  edge: Edge;
  sentBytes: number;
  receivedBytes: number;
  retransmits: number;
  opened: number;
  closed: number;
  failed: number;
  /** Established now. */
  connections: number;
  /** Seconds, smoothed by the kernel: of each flow in each read that brought bytes. */
  rtt: Histogram;
  /** Seconds, of flows that ended and whose start is known. */
  duration: Histogram;
  /** Payload bytes both ways, of flows that ended. */
  size: Histogram;
  lastActiveMs: number;
}

const OTHER_EDGES: Readonly<Record<Edge["protocol"], Edge>> = {
  tcp: createEdge(OTHER, OTHER, 0, "tcp"),
  udp: createEdge(OTHER, OTHER, 0, "udp"),
};

/**
 * Counters per edge that never go down. At most `maxEdges` edges; what comes beyond is counted under `~other`.
 * Edges idle for an hour leave.
 */
export class EdgeTotals {
  /** Payload bytes exchanged with the world, both ways, since this exporter started. */
  outsideBytes = 0;
  readonly #maxEdges: number;
  readonly #totals = new Map<string, EdgeTotal>();
  readonly #overflow = new Overflow();

  constructor(maxEdges: number) {
    this.#maxEdges = maxEdges;
  }

  /** Edges that went under `~other`; one that stays there counts once. */
  get droppedEdges(): number {
    return this.#overflow.dropped;
  }

  /** Adds what some flows have new, ahead of the read they belong to; `nowMs` as for `apply`. */
  add(changed: Iterable<Flow>, nowMs: number): void {
    for (const flow of changed) this.#add(flow, nowMs);
  }

  /**
   * Ends a read: adds what flows have new, all those of which anything has changed since the last time.
   * `nowMs` is any clock that only goes forward.
   */
  apply(changed: Iterable<Flow>, nowMs: number): void {
    this.add(changed, nowMs);
    this.#overflow.nextRead();
    this.#expire(nowMs);
  }

  /** Goes on from what an earlier exporter had; `nowMs` as for `apply`, whose clock may have started over. */
  restore(totals: Iterable<EdgeTotal>, droppedEdges: number, nowMs: number): void {
    for (const total of totals) {
      this.#totals.set(total.edge.key, { ...total, lastActiveMs: Math.min(total.lastActiveMs, nowMs) });
    }
    this.#overflow.dropped = droppedEdges;
  }

  /** All edges, `~other` among them once something is in it. */
  *[Symbol.iterator](): Iterator<EdgeTotal> {
    yield* this.#totals.values();
  }

  #add(flow: Flow, nowMs: number): void {
    const { edge } = flow;
    const news = takeNews(flow);
    const established = isEstablished(flow);
    const total = edge && !edge.relay && (established || news) ? this.#totalOf(edge) : undefined;
    if (total && news) addNews(total, flow, news);
    if (total) total.lastActiveMs = nowMs;
    if (edge && total && news && isOutside(edge)) this.outsideBytes += news.sentBytes + news.receivedBytes;
    this.#connect(flow, established ? total : undefined);
  }

  /** Makes a flow one of the connections of `total`, or of none. */
  #connect(flow: Flow, total: EdgeTotal | undefined): void {
    const { edge, connected: before } = flow;
    if (before?.total === total && (!total || before?.key === edge?.key)) return;
    flow.connected = edge && total && { total, key: edge.key };
    if (flow.connected) this.#count(flow.connected, 1);
    if (before) this.#count(before, -1);
  }

  #count({ total, key }: Connected, connections: 1 | -1): void {
    total.connections += connections;
    if (isOther(total)) this.#overflow.count(key, connections);
  }

  #totalOf(edge: Edge): EdgeTotal {
    const known = this.#totals.get(edge.key);
    if (known) {
      known.edge = edge;
      return known;
    }
    return this.#named() < this.#maxEdges ? this.#create(edge) : this.#other(edge);
  }

  #named(): number {
    const others = Object.values(OTHER_EDGES).filter(({ key }) => this.#totals.has(key));
    return this.#totals.size - others.length;
  }

  #create(edge: Edge): EdgeTotal {
    const total = createTotal(edge);
    this.#totals.set(edge.key, total);
    return total;
  }

  #other(edge: Edge): EdgeTotal {
    this.#overflow.add(edge.key);
    const other = OTHER_EDGES[edge.protocol];
    return this.#totals.get(other.key) ?? this.#create(other);
  }

  #expire(nowMs: number): void {
    for (const [key, total] of this.#totals) {
      if (total.connections > 0) total.lastActiveMs = nowMs;
      else if (nowMs - total.lastActiveMs > IDLE_MS) this.#totals.delete(key);
    }
  }
}

function isOther({ edge }: Connected["total"]): boolean {
  return edge.source === OTHER;
}

function isOutside({ source, destination }: Edge): boolean {
  return source === WORLD || destination === WORLD;
}

function createTotal(edge: Edge): EdgeTotal {
  return {
    edge,
    sentBytes: 0,
    receivedBytes: 0,
    retransmits: 0,
    opened: 0,
    closed: 0,
    failed: 0,
    connections: 0,
    rtt: createHistogram(BUCKETS.rtt),
    duration: createHistogram(BUCKETS.duration),
    size: createHistogram(BUCKETS.size),
    lastActiveMs: 0,
  };
}

function addNews(total: EdgeTotal, flow: Flow, news: News): void {
  total.sentBytes += news.sentBytes;
  total.receivedBytes += news.receivedBytes;
  total.retransmits += news.retransmits;
  total.opened += news.opened ? 1 : 0;
  total.closed += news.closed ? 1 : 0;
  total.failed += news.failed ? 1 : 0;
  const rtt = nearSide(flow)?.rttMicroseconds ?? 0;
  if (rtt > 0 && news.sentBytes + news.receivedBytes > 0) observe(total.rtt, BUCKETS.rtt, rtt / 1e6);
  if (news.closed) observeWhole(total, flow);
}

function observeWhole(total: EdgeTotal, flow: Flow): void {
  const { startNs, endNs } = lifeOf(flow);
  if (startNs > 0 && endNs >= startNs) observe(total.duration, BUCKETS.duration, (endNs - startNs) / 1e9);
  observe(total.size, BUCKETS.size, flow.counted.sentBytes + flow.counted.receivedBytes);
}
