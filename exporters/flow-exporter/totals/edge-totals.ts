import { OTHER } from "../join/endpoint.ts";
import { type Edge, type Flow, isEstablished } from "../join/flow.ts";

const IDLE_MS = 60 * 60 * 1000;

/** What went over one edge since it was first seen: bytes from the source's side, connections established now. */
export interface EdgeTotal {
  edge: Edge;
  sentBytes: number;
  receivedBytes: number;
  connections: number;
  lastActiveMs: number;
}

const OTHER_EDGE: Edge = {
  key: OTHER.name,
  source: OTHER,
  destination: OTHER,
  destinationPort: 0,
  protocol: "tcp",
};

/**
 * Counters per edge that never go down. At most `maxEdges` edges; what comes beyond is counted under `~other`.
 * Edges idle for an hour leave.
 */
export class EdgeTotals {
  /** Edges that went under `~other`; one that stays there counts once. */
  droppedEdges = 0;
  readonly #maxEdges: number;
  readonly #totals = new Map<string, EdgeTotal>();
  #overflowing = new Set<string>();

  constructor(maxEdges: number) {
    this.#maxEdges = maxEdges;
  }

  /** Adds what the flows have new; `nowMs` is any clock that only goes forward. */
  apply(flows: Iterable<Flow>, nowMs: number): void {
    const overflowing = new Set<string>();
    for (const total of this.#totals.values()) total.connections = 0;
    for (const flow of flows) this.#add(flow, nowMs, overflowing);
    this.#overflowing = overflowing;
    this.#expire(nowMs);
  }

  /** All edges, `~other` among them once something is in it. */
  *[Symbol.iterator](): Iterator<EdgeTotal> {
    yield* this.#totals.values();
  }

  #add(flow: Flow, nowMs: number, overflowing: Set<string>): void {
    const { edge, newSentBytes, newReceivedBytes } = flow;
    const established = isEstablished(flow);
    if (!edge || (!established && newSentBytes + newReceivedBytes === 0)) return;
    const total = this.#totalOf(edge, overflowing);
    total.sentBytes += newSentBytes;
    total.receivedBytes += newReceivedBytes;
    if (established) total.connections += 1;
    total.lastActiveMs = nowMs;
  }

  #totalOf(edge: Edge, overflowing: Set<string>): EdgeTotal {
    const known = this.#totals.get(edge.key);
    if (known) {
      known.edge = edge;
      return known;
    }
    return this.#named() < this.#maxEdges ? this.#create(edge) : this.#other(edge, overflowing);
  }

  #named(): number {
    return this.#totals.size - (this.#totals.has(OTHER_EDGE.key) ? 1 : 0);
  }

  #create(edge: Edge): EdgeTotal {
    const total = { edge, sentBytes: 0, receivedBytes: 0, connections: 0, lastActiveMs: 0 };
    this.#totals.set(edge.key, total);
    return total;
  }

  #other(edge: Edge, overflowing: Set<string>): EdgeTotal {
    if (!this.#overflowing.has(edge.key) && !overflowing.has(edge.key)) this.droppedEdges += 1;
    overflowing.add(edge.key);
    return this.#totals.get(OTHER_EDGE.key) ?? this.#create(OTHER_EDGE);
  }

  #expire(nowMs: number): void {
    for (const [key, total] of this.#totals) if (nowMs - total.lastActiveMs > IDLE_MS) this.#totals.delete(key);
  }
}
