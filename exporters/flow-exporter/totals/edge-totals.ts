import { createEdge, type Edge } from "../model/edge.ts";
import { type Endpoint, OTHER, WORLD } from "../model/endpoint.ts";
import type { FlowDelta } from "../model/flow-delta.ts";
import type { FlowSink } from "../model/flow-source.ts";
import { Connections } from "./connections.ts";
import { Departed, type DepartedState } from "./departed.ts";
import { RatesOfEdges } from "./edge-rates.ts";
import { EdgeTable } from "./edge-table.ts";
import { addDelta, createTotal, type EdgeTotal, hasWorked } from "./edge-total.ts";
import { NewEdges } from "./new-edges.ts";
import { Overflow } from "./overflow.ts";
import { manyPorts, Ports } from "./ports.ts";
import { shareOf } from "./shares.ts";

const IDLE_MS = 60 * 60 * 1000;
/** Of edges that never had a connection. */
const FAILING_IDLE_MS = 60 * 1000;

export interface EdgeLimits {
  /** Edges that have series of their own. */
  maxEdges: number;
  /** Ports with an edge of their own, of two endpoints and a protocol. */
  maxPorts: number;
}

/** What an exporter hands on to the next one. */
export interface EdgesState {
  edges: EdgeTotal[];
  departed: DepartedState;
  droppedEdges: number;
}

/**
 * Counters per edge that never go down, within limits that hold whatever the traffic is:
 *
 * 1. Ports of two endpoints beyond `maxPorts` are one edge to the port `~many`.
 * 2. Edges idle for an hour leave; those that only ever failed, after a minute.
 * 3. In a full table an edge of a source that has few takes the place of one of the source that has most.
 * 4. What finds no place is counted under `~other`; what left is in `departed`. The sum over all never goes back.
 */
export class EdgeTotals implements FlowSink {
  readonly name = "totals";
  /** Payload bytes exchanged with the world, both ways, since this exporter started. */
  outsideBytes = 0;
  readonly rates = new RatesOfEdges();
  readonly #table: EdgeTable;
  readonly #ports: Ports;
  readonly #departed: Departed;
  readonly #newEdges: NewEdges;
  readonly #connections = new Connections();
  readonly #overflow = new Overflow();
  /** There from the start, so that what comes first into them is an increase. */
  readonly #others = {
    tcp: createTotal(createEdge(OTHER, OTHER, 0, "tcp")),
    udp: createTotal(createEdge(OTHER, OTHER, 0, "udp")),
  };
  /** Sources that got no place in this read, and shares of those that have none: to look again would find the same. */
  readonly #refused = new Set<string>();
  /** Deltas of new edges: those of an earlier exporter look unused until a read has shown their connections. */
  #deferred: FlowDelta[] | undefined;

  constructor({ maxEdges, maxPorts }: EdgeLimits) {
    this.#table = new EdgeTable(maxEdges);
    this.#ports = new Ports(maxPorts);
    this.#departed = new Departed(maxEdges, (total) => this.#ports.release(total));
    this.#newEdges = new NewEdges(maxEdges);
  }

  /** Edges that went under `~other`, or made way for another; one that stays under `~other` counts once. */
  get droppedEdges(): number {
    return this.#overflow.dropped;
  }

  /** Sums over edges that have left. */
  get departed(): Departed["sums"] {
    return this.#departed.sums;
  }

  get state(): EdgesState {
    return { edges: [...this], departed: this.#departed.state, droppedEdges: this.droppedEdges };
  }

  /** Adds what flows have new, ahead of the end of the read it belongs to; `nowMs` as for `apply`. */
  add(deltas: Iterable<FlowDelta>, nowMs: number): void {
    for (const delta of deltas) {
      if (this.#deferred && !this.#table.get(delta.edge.key)) this.#deferred.push(delta);
      else this.#add(delta, nowMs);
    }
  }

  /** Ends a read: adds what flows have new. `nowMs` is any clock that only goes forward. */
  apply(deltas: Iterable<FlowDelta>, nowMs: number): void {
    this.add(deltas, nowMs);
    for (const delta of this.#deferred ?? []) this.#add(delta, nowMs);
    this.#deferred = undefined;
    this.#overflow.nextRead();
    this.#refused.clear();
    this.#expire(nowMs);
    this.rates.endReading(nowMs);
  }

  /**
   * Goes on from what an earlier exporter had, whose limits may have been wider; `nowMs` as for `apply`, whose clock
   * may have started over.
   */
  restore({ edges, departed, droppedEdges }: EdgesState, nowMs: number): void {
    const byNow = (total: EdgeTotal) => ({ ...total, lastActiveMs: Math.min(total.lastActiveMs, nowMs) });
    const [kept, left] = [edges.map(byNow).sort(worthKeeping), departed.remembered.map(byNow)];
    for (const total of kept) this.#restoreOne(total);
    this.#table.reverse();
    for (const total of left) if (this.#ports.hasPlace(total.edge)) this.#ports.hold(total);
    this.#departed.restore({ ...departed, remembered: left });
    this.#overflow.dropped = droppedEdges;
    this.#deferred = [];
  }

  /** All that have series, `~other` among them. */
  *[Symbol.iterator](): Generator<EdgeTotal> {
    yield* this.#table;
    yield* this.#departed;
    yield* Object.values(this.#others);
  }

  #add(delta: FlowDelta, nowMs: number): void {
    const { edge, established } = delta;
    if (isOnlyLeaving(delta)) return void this.#connections.leave(edge.key, established);
    const total = this.#totalOf(delta, nowMs);
    addDelta(total, delta);
    this.rates.add(total, delta);
    this.#table.use(total, nowMs);
    if (isOutside(edge)) this.outsideBytes += delta.sentBytes + delta.receivedBytes;
    if (established !== 0 || this.#connections.totalOf(edge.key)) this.#connections.add(edge.key, total, established);
  }

  #totalOf({ edge, works }: FlowDelta, nowMs: number): EdgeTotal {
    const shown = this.#table.get(edge.key);
    if (shown) {
      shown.edge = edge;
      return shown;
    }
    if (this.#hasPort(edge, works, nowMs)) return this.#admit(edge, works, nowMs) ?? this.#other(edge, edge.key);
    const many = manyPorts(edge);
    return this.#table.get(many.key) ?? this.#admit(many, works, nowMs) ?? this.#other(many, edge.key);
  }

  /** Whether an edge may be one of its own; a port that works takes the place of one that never did. */
  #hasPort(edge: Edge, works: boolean, nowMs: number): boolean {
    if (this.#ports.hasPlace(edge)) return true;
    const failing = works ? this.#ports.failingBeside(edge) : undefined;
    if (!failing) return false;
    if (this.#table.get(failing.edge.key) === failing) this.#leave(failing, nowMs);
    this.#ports.release(failing);
    return true;
  }

  /** Gives an edge a place in the table; undefined: there is none for it. */
  #admit(edge: Edge, works: boolean, nowMs: number): EdgeTotal | undefined {
    const { source, key } = edge;
    const isNew = !this.#departed.has(key);
    if (this.#isRefused(source) || (isNew && !this.#newEdges.allows(edge, works, nowMs))) return undefined;
    const rival = this.#table.isFull ? this.#table.rivalOf(source, nowMs) : undefined;
    if (this.#table.isFull && !rival) {
      this.#refused.add(this.#table.has(source) ? source.name : shareOf(source));
      return undefined;
    }
    if (isNew) this.#newEdges.count(edge, works, nowMs);
    const total = this.#departed.take(key) ?? createTotal(edge);
    total.edge = edge;
    if (rival) this.#evict(rival, nowMs);
    this.#place(total);
    return total;
  }

  #isRefused(source: Endpoint): boolean {
    return this.#refused.has(source.name) || this.#refused.has(shareOf(source));
  }

  #place(total: EdgeTotal): void {
    this.#table.add(total);
    this.#ports.hold(total);
  }

  #evict(total: EdgeTotal, nowMs: number): void {
    this.#overflow.add(total.edge.key);
    this.#leave(total, nowMs);
  }

  #leave(total: EdgeTotal, nowMs: number): void {
    this.#table.remove(total);
    this.#connections.move(total, this.#others[total.edge.protocol]);
    this.#departed.add(total, nowMs);
  }

  /** `key`: of the flow's own edge. */
  #other(wanted: Edge, key: string): EdgeTotal {
    const other = this.#others[wanted.protocol];
    this.#overflow.add(wanted.key, this.#connections.totalOf(key) === other);
    return other;
  }

  #expire(nowMs: number): void {
    for (const total of this) if (total.connections > 0) total.lastActiveMs = nowMs;
    for (const total of this.#table) if (isOver(total, nowMs)) this.#leave(total, nowMs);
    this.#departed.expire(nowMs);
    this.#newEdges.expire(nowMs);
  }

  #restoreOne(total: EdgeTotal): void {
    const { edge } = total;
    const other = this.#others[edge.protocol];
    if (edge.key === other.edge.key) Object.assign(other, { ...total, edge: other.edge });
    else if (this.#table.isFull || !this.#ports.hasPlace(edge)) this.#departed.remember(total);
    else this.#place(total);
  }
}

function isOver(total: EdgeTotal, nowMs: number): boolean {
  const idleMs = nowMs - total.lastActiveMs;
  return idleMs > IDLE_MS || (idleMs > FAILING_IDLE_MS && !hasWorked(total));
}

/** Such a flow is established no more, and brings nothing that would be worth a place. */
function isOnlyLeaving({
  established,
  sentBytes,
  receivedBytes,
  retransmits,
  opened,
  closed,
  failed,
}: FlowDelta): boolean {
  return established <= 0 && sentBytes + receivedBytes + retransmits + opened + closed + failed === 0;
}

function isOutside({ source, destination }: Edge): boolean {
  return source === WORLD || destination === WORLD;
}

/** Those that worked before those that never did, then the last used first. */
function worthKeeping(one: EdgeTotal, other: EdgeTotal): number {
  return Number(hasWorked(other)) - Number(hasWorked(one)) || other.lastActiveMs - one.lastActiveMs;
}
