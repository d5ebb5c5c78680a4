import type { FlowRows } from "../decode/flow-rows.ts";
import { PROTOCOL } from "../decode/layout.ts";
import type { Closed } from "./closed-intake.ts";
import { isClient, resolveEdge } from "./edge.ts";
import { createFlow, type Flow, hasCounted, openSide } from "./flow.ts";
import { Pairs } from "./pairs.ts";
import { type Memory, Remembered } from "./remembered.ts";
import { isLocal } from "./remote.ts";
import { createSide, end, finish, isSame, leave, renew, type Side, stateOf, TCP_STATES } from "./side.ts";
import { tuplesOf } from "./tuple.ts";
import { markEnd, markStart } from "./work.ts";
import type { World } from "./world.ts";

const UNKNOWN_CGROUP_NS = 3e9;
/** While the rows cannot all be read. */
const LONGEST_WAIT_NS = 60e9;

/**
 * The flows, kept from read to read: a socket is joined when it first shows, and from then on costs no more than
 * reading its counters. No host, no clock: rows and facts in, flows out.
 *
 * Closed rows are read before the live ones. So a socket that is gone from the live ones either has had its closed
 * row, or closed between the two reads: then it leaves only after the next read, which has the row.
 */
export class FlowTable {
  /** The open flows, and those that ended since the read before. */
  readonly flows = new Set<Flow>();
  /** Containers seen at work that Docker has not told about yet, and whose flows wait for that. */
  readonly awaitedContainers = new Set<string>();
  readonly #sides = new Map<number, Side>();
  /** Gone from the live rows; their closed rows are due. */
  readonly #leaving = new Map<number, Side>();
  /** Closed by a row of this read: the live rows can lag behind by a moment. */
  readonly #finished = new Map<number, Side>();
  readonly #pairs = new Pairs();
  readonly #remembered = new Remembered();
  /** Flows whose edge is not known for good. */
  readonly #unsettled = new Set<Flow>();
  readonly #ended = new Set<Flow>();
  readonly #onEnded: (flow: Flow) => void;
  #round = 0;
  /** The last read before this one that missed nothing. */
  #lastComplete = 0;

  /** `onEnded` gets every flow that leaves. */
  constructor(onEnded: (flow: Flow) => void = () => {}) {
    this.#onEnded = onEnded;
  }

  /**
   * Takes in one read: what has closed, then the sockets open now; `rows` is undefined when they cannot be read.
   * `complete`: nothing of either is missing.
   */
  update(
    rows: FlowRows | undefined,
    world: World,
    closed: readonly Closed[] = [],
    complete = rows !== undefined,
  ): void {
    this.#round += 1;
    this.#forgetEnded();
    this.#finished.clear();
    for (const each of closed) this.#takeClosed(each, world);
    this.#endLeaving(world, complete);
    const shown = rows ? this.#takeLive(rows, world) : this.#sides.size;
    if (shown < this.#sides.size) this.#leaveUnseen(world);
    this.awaitedContainers.clear();
    for (const flow of this.#unsettled) this.#settle(flow, world, complete);
    if (complete) this.#lastComplete = this.#round;
    this.#remembered.expire(world.nowNs);
  }

  /** All that is open ends: keys will mean something else from now on. */
  startOver(world: World): void {
    for (const side of this.#sides.values()) this.#leave(side, world);
    this.#remembered.clear();
  }

  /** Lets sockets that are yet to show go on where they were. */
  remember(memories: Iterable<Memory>, nowNs: number): void {
    for (const memory of memories) this.#remembered.add(memory, nowNs);
  }

  /** What to remember, should this table be lost: what has been handed on of flows whose sockets can show again. */
  *memories(): Generator<Memory> {
    yield* this.#remembered;
    for (const side of this.#visible()) {
      const { key, ports, startNs, flow } = side;
      if (hasCounted(flow)) yield { key, ports, startNs, counted: flow.counted };
    }
  }

  /** Numbers of the closed rows that have been taken in, but not handed on yet. */
  *unsettledSequences(): Generator<number> {
    for (const { sequence } of this.#closedUnsettled()) yield sequence;
  }

  *#visible(): Generator<Side> {
    yield* this.#sides.values();
    yield* this.#leaving.values();
    yield* this.#closedUnsettled();
  }

  *#closedUnsettled(): Generator<Side> {
    for (const { client, server, edge } of this.#unsettled) {
      if (edge) continue;
      for (const side of [client, server]) if (side && side.sequence > 0) yield side;
    }
  }

  /** An ended flow leaves once its last bytes have been handed on, which takes an edge. */
  #forgetEnded(): void {
    for (const flow of this.#ended) {
      if (!flow.edge) continue;
      for (const side of [flow.client, flow.server]) if (side) this.#pairs.remove(side);
      this.#ended.delete(flow);
      this.#unsettled.delete(flow);
      this.flows.delete(flow);
      this.#onEnded(flow);
    }
  }

  #takeClosed({ rows, indexes }: Closed, world: World): void {
    for (const index of indexes) {
      const side = this.#known(rows, index) ?? this.#add(rows, index, world);
      finish(side, rows, index, this.#round);
      markEnd(side, world.history);
      this.#finished.set(side.key, side);
      this.#close(side);
    }
  }

  /** The socket in row `index`, taken out of those that are open. */
  #known(rows: FlowRows, index: number): Side | undefined {
    const key = rows.key(index);
    for (const sides of [this.#leaving, this.#sides]) {
      const side = sides.get(key);
      if (!side || !isSame(side, rows, index)) continue;
      sides.delete(key);
      return side;
    }
    return undefined;
  }

  #endLeaving(world: World, complete: boolean): void {
    for (const [key, side] of this.#leaving) {
      if (!complete && world.nowNs - side.endNs < LONGEST_WAIT_NS) continue;
      this.#leaving.delete(key);
      this.#endUntold(side, world);
    }
  }

  /** No row told of its end: lost, or the tracer has started anew and will find it again. */
  #endUntold(side: Side, { nowNs, history }: World): void {
    end(side, side.endNs);
    markEnd(side, history);
    this.#close(side);
    if (mayReturn(side)) this.#remembered.add({ ...side, counted: side.flow.counted }, nowNs);
  }

  /** Returns how many of the open sockets it has shown. */
  #takeLive(rows: FlowRows, world: World): number {
    let shown = 0;
    for (let index = 0; index < rows.length; index++) {
      const side = this.#sides.get(rows.key(index));
      if (side && isSame(side, rows, index)) this.#renew(side, rows, index, world);
      else if (!this.#addLive(rows, index, world)) continue;
      shown += 1;
    }
    return shown;
  }

  #renew(side: Side, rows: FlowRows, index: number, { history }: World): void {
    renew(side, rows, index, this.#round);
    if (side.row.pid === rows.pid(index)) return;
    side.row = rows.row(index);
    markStart(side, history);
    this.#unsettle(side.flow);
  }

  /** Returns whether the row is one of an open socket. */
  #addLive(rows: FlowRows, index: number, world: World): boolean {
    const key = rows.key(index);
    const finished = this.#finished.get(key);
    if (!isFlow(rows, index) || (finished && isSame(finished, rows, index))) return false;
    const before = this.#sides.get(key);
    if (before) this.#leave(before, world);
    const side = this.#add(rows, index, world);
    renew(side, rows, index, this.#round);
    this.#sides.set(key, side);
    return true;
  }

  #leaveUnseen(world: World): void {
    for (const side of this.#sides.values()) if (side.round !== this.#round) this.#leave(side, world);
  }

  #leave(side: Side, world: World): void {
    const before = this.#leaving.get(side.key);
    if (before) this.#endUntold(before, world);
    leave(side, world.nowNs);
    this.#sides.delete(side.key);
    this.#leaving.set(side.key, side);
  }

  /** A closed socket stays in its flow while the other end is open: it still says whose the flow is. */
  #close({ flow }: Side): void {
    if (!openSide(flow)) this.#ended.add(flow);
  }

  #add(rows: FlowRows, index: number, world: World): Side {
    const row = rows.row(index);
    const tuples = tuplesOf(row, world);
    const mirror = this.#pairs.mirrorOf(tuples);
    const flow = mirror?.flow ?? createFlow(this.#round, world.nowNs);
    const side = createSide(rows, index, row, flow);
    place(side, mirror);
    resume(flow, this.#remembered.take(rows, index));
    markStart(side, world.history);
    this.#pairs.add(side, tuples);
    this.flows.add(flow);
    this.#ended.delete(flow);
    this.#unsettle(flow);
    return side;
  }

  #unsettle(flow: Flow): void {
    flow.triedIn = undefined;
    this.#unsettled.add(flow);
  }

  /**
   * Finds a flow's edge, unless waiting gives a better one: nothing is lost by it, sockets count from their start.
   * The other end on this host shows in the same complete read, or else its closed row does in the next.
   */
  #settle(flow: Flow, world: World, complete: boolean): void {
    if (flow.edge && flow.triedIn === world.metadataVersion) return;
    const { edge, unknownContainer, unknownCgroup } = resolveEdge(flow, world);
    const waitedNs = world.nowNs - flow.sinceNs;
    flow.triedIn ??= world.metadataVersion;
    if (unknownContainer !== undefined && awaitsName(flow, world)) this.awaitedContainers.add(unknownContainer);
    else if (unknownCgroup && waitedNs < UNKNOWN_CGROUP_NS) return;
    else if (
      (complete && flow.since <= this.#lastComplete) ||
      waitedNs > LONGEST_WAIT_NS ||
      !awaitsMirror(flow, world)
    ) {
      flow.triedIn = world.metadataVersion;
      flow.edge = edge;
      if (unknownContainer === undefined && world.metadataVersion > 0) this.#unsettled.delete(flow);
    }
  }
}

/** A socket that connects has no port for a moment; it shows again once it has. */
function isFlow(rows: FlowRows, index: number): boolean {
  const state = TCP_STATES[rows.state(index)];
  return rows.sourcePort(index) !== 0 && state !== "LISTEN" && state !== "CLOSE";
}

/** Docker has not answered since the flow was first looked up, and it is within reach. */
function awaitsName(flow: Flow, world: World): boolean {
  return world.metadataUp && flow.triedIn === world.metadataVersion;
}

/** The other end is on this host too: one read takes a while, and can miss a socket that was made meanwhile. */
function awaitsMirror({ client, server }: Flow, world: World): boolean {
  if (client && server) return false;
  const side = client ?? server;
  return side !== undefined && !hasFailed(side) && isLocal(side.row, world);
}

/** Entries of UDP flows do not: the next datagram makes one with another number. */
function mayReturn({ flow, row }: Side): boolean {
  return row.protocol === PROTOCOL.tcp && hasCounted(flow);
}

/** A connect that failed has no other end. */
function hasFailed(side: Side): boolean {
  return stateOf(side) === "CLOSE" && !side.established;
}

/** Puts a new socket on its side of the flow; what has been counted already keeps its direction. */
function place(side: Side, mirror: Side | undefined): void {
  const { flow } = side;
  const client = flow.edge ? flow.client === undefined : isClient(side, mirror);
  flow.client = client ? side : mirror;
  flow.server = client ? mirror : side;
}

/** Goes on where the flow was: both its sockets remember the same. */
function resume({ counted }: Flow, before: typeof counted | undefined): void {
  if (!before) return;
  counted.sentBytes = Math.max(counted.sentBytes, before.sentBytes);
  counted.receivedBytes = Math.max(counted.receivedBytes, before.receivedBytes);
  counted.retransmits = Math.max(counted.retransmits, before.retransmits);
  counted.opened ||= before.opened;
  counted.clientSeen ||= before.clientSeen;
}
