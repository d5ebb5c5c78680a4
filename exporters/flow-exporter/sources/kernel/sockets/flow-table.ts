import type { World } from "../../../metadata/world.ts";
import { DOCKER_DNS } from "../../../model/endpoint.ts";
import { PROTOCOL } from "../../../model/socket.ts";
import { TCP_STATES } from "../../../model/tcp-state.ts";
import { isClient } from "../../../naming/edge.ts";
import { countedOf, goOn, isAnswered } from "../pairing/exchange.ts";
import { Exchanges } from "../pairing/exchanges.ts";
import { Pairs } from "../pairing/pairs.ts";
import { tuplesOf } from "../pairing/tuple.ts";
import type { Closed } from "../pins/closed-intake.ts";
import type { FlowRows } from "../rows/flow-rows.ts";
import { createFlow, hasCounted, onlySocket, openSocket, startCountingAnew } from "./flow.ts";
import { createSocket, end, finish, isSame, leave, renew } from "./flow-socket.ts";
import { LastRows } from "./last-rows.ts";
import { type Memory, Remembered } from "./remembered.ts";
import type { Counted, Flow, FlowSocket, Identity, Tuple } from "./shapes.ts";
import { Unsettled } from "./unsettled.ts";
import { markEnd, markStart } from "./work.ts";

/** While the rows cannot all be read. */
const MAX_WAIT_NS = 60e9;
/** A row that does not change is not looked at again: once so much of the table is free, all are that were left out. */
const RELOOK = 50;
const NO_TUPLES: readonly Tuple[] = [];

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
  readonly #sockets = new Map<number, FlowSocket>();
  readonly #last = new LastRows();
  /** Gone from the live rows; their closed rows are due. */
  readonly #leaving = new Map<number, FlowSocket>();
  /** Closed by a row of this read: the live rows can lag behind by a moment. */
  readonly #finished = new Map<number, Identity>();
  readonly #pairs = new Pairs();
  readonly #exchanges = new Exchanges();
  readonly #remembered = new Remembered();
  readonly #unsettled = new Unsettled((flow) => this.#settled(flow));
  readonly #ended = new Set<Flow>();
  #changed = new Set<Flow>();
  readonly #onEnded: (flow: Flow) => void;
  readonly #places: () => number;
  /** Sockets in the last read that there was no place for. */
  leftOut = 0;
  #crowded = false;
  /** Number of the read that is taken in, or was the last. */
  #round = 0;
  #reading = false;
  /** The last read before this one that missed nothing. */
  #lastComplete = 0;

  /** `onEnded` gets every flow that leaves in an update, all of it counted; `places` gives how many more sockets there is room for. */
  constructor(onEnded: (flow: Flow) => void = () => {}, places: () => number = () => Number.POSITIVE_INFINITY) {
    this.#onEnded = onEnded;
    this.#places = places;
  }

  /** Sockets that take a place, those that are yet to show again among them. */
  get size(): number {
    return this.#sockets.size + this.#leaving.size + this.#remembered.size;
  }

  /**
   * Takes in a part of what has closed, ahead of the read it belongs to. Of thousands of connections that come and go
   * within one read, most can so be dropped at once: to keep them all to the next read costs more than to join them.
   * @returns those that are over, both their ends seen; they are no longer in `flows`, and never in `takeChanged`.
   */
  takeClosed(closed: Closed, world: World): readonly Flow[] {
    this.#begin();
    this.#takeClosedRows(closed, world);
    const brief: Flow[] = [];
    for (const flow of this.#ended) {
      if (flow.since !== this.#round || onlySocket(flow)) continue;
      this.#unsettled.settleOne(flow, world);
      if (!flow.edge) continue;
      this.#changed.delete(flow);
      this.#remove(flow);
      brief.push(flow);
    }
    return brief;
  }

  /**
   * Takes in one read: the rest of what has closed, then the sockets open now; `rows` is undefined when they cannot be
   * read. `complete`: nothing of either is missing.
   */
  update(
    rows: FlowRows | undefined,
    world: World,
    closed: readonly Closed[] = [],
    complete = rows !== undefined,
  ): void {
    this.#begin();
    for (const each of closed) this.#takeClosedRows(each, world);
    this.#endLeaving(world, complete);
    const shown = rows ? this.#takeLive(rows, world) : this.#sockets.size;
    if (shown < this.#sockets.size) this.#leaveUnseen(world);
    // The other end shows in the same complete read, or else its closed row does in the next.
    this.#unsettled.settle(world, complete ? this.#lastComplete : -1);
    for (const flow of this.#exchanges.allot()) this.#allotted(flow);
    if (complete) this.#lastComplete = this.#round;
    this.#remembered.expire(world.nowNs);
    this.#reading = false;
  }

  /** Containers seen at work that Docker has not reported yet, and whose flows wait for that. */
  get awaitedContainers(): ReadonlySet<string> {
    return this.#unsettled.awaitedContainers;
  }

  /** The flows of which anything has changed since the last call. */
  takeChanged(): ReadonlySet<Flow> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** All that is open ends: keys will mean something else from now on. */
  startOver(world: World): void {
    for (const socket of this.#sockets.values()) this.#leave(socket, world);
    this.#remembered.clear();
    this.#last.clear();
  }

  /** Lets sockets that are yet to show go on where they were. */
  remember(memories: Iterable<Memory>, nowNs: number): void {
    for (const memory of memories) this.#remembered.add(memory, nowNs);
  }

  /** What to remember, should this table be lost: what has been handed on of flows whose sockets can show again. */
  *memories(): Generator<Memory> {
    yield* this.#remembered;
    for (const socket of this.#visible()) {
      const { key, ports, startNs } = socket;
      const counted = countedOf(socket);
      if (hasCounted(counted)) yield { key, ports, startNs, counted };
    }
  }

  /** Numbers of the closed rows that have been taken in, but not handed on yet. */
  *unsettledSequences(): Generator<number> {
    for (const { sequence } of this.#closedUnsettled()) yield sequence;
  }

  /** Keys of the sockets of which some has been read, but not handed on yet: of datagrams. */
  *unsettledKeys(): Generator<number> {
    for (const { key } of this.#exchanges.waiting()) yield key;
  }

  *#visible(): Generator<FlowSocket> {
    yield* this.#sockets.values();
    yield* this.#leaving.values();
    yield* this.#closedUnsettled();
  }

  *#closedUnsettled(): Generator<FlowSocket> {
    for (const { client, server } of this.#unsettled.withoutEdge()) {
      for (const socket of [client, server]) if (socket && socket.sequence > 0) yield socket;
    }
  }

  #begin(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#round += 1;
    this.#finished.clear();
    this.#forgetEnded();
  }

  /** An ended flow leaves once its last bytes have been handed on, which takes an edge. */
  #forgetEnded(): void {
    for (const flow of this.#ended) {
      if (!flow.edge || this.#exchanges.awaits(flow)) continue;
      const only = onlySocket(flow);
      if (only) this.#pairs.remove(only);
      this.#remove(flow);
      this.#onEnded(flow);
    }
  }

  #remove(flow: Flow): void {
    this.#ended.delete(flow);
    this.#unsettled.delete(flow);
    this.flows.delete(flow);
    this.#exchanges.removeFlow(flow);
  }

  #takeClosedRows({ rows, indexes }: Closed, world: World): void {
    for (const index of indexes) {
      const socket = this.#known(rows, index) ?? this.#add(rows, index, world);
      finish(socket, rows, index);
      markEnd(socket, world.history);
      const { key, ports, startNs } = socket;
      this.#finished.set(key, { key, ports, startNs });
      this.#close(socket);
    }
  }

  /** The socket in row `index`, taken out of those that are open. */
  #known(rows: FlowRows, index: number): FlowSocket | undefined {
    const socket = takeSame(this.#leaving, rows, index) ?? takeSame(this.#sockets, rows, index);
    if (socket) this.#last.remove(socket);
    return socket;
  }

  #endLeaving(world: World, complete: boolean): void {
    for (const [key, socket] of this.#leaving) {
      if (!complete && world.nowNs - socket.endNs < MAX_WAIT_NS) continue;
      this.#leaving.delete(key);
      this.#closeWithoutRow(socket, world);
    }
  }

  /** No row reported its end: it was lost, or the tracer has started anew and will find it again. */
  #closeWithoutRow(socket: FlowSocket, { nowNs, history }: World): void {
    end(socket, socket.endNs);
    markEnd(socket, history);
    this.#close(socket);
    if (mayReturn(socket)) this.#remembered.add({ ...socket, counted: socket.flow.counted }, nowNs);
  }

  /** Returns how many of the open sockets it has shown. */
  #takeLive(rows: FlowRows, world: World): number {
    if (this.leftOut > 0 && this.#places() >= Math.min(this.leftOut, this.size / RELOOK)) this.#last.lookAtAll();
    this.#crowded ||= this.leftOut > 0;
    const shown = this.#takeRows(rows, world);
    this.leftOut = this.#crowded ? this.#countLeftOut(rows) : 0;
    this.#crowded = false;
    return shown;
  }

  #takeRows(rows: FlowRows, world: World): number {
    return this.#last.update(rows, (index, probably) => {
      if (!rows.isReadable(index)) return undefined;
      const key = rows.key(index);
      const socket = probably?.key === key ? probably : this.#sockets.get(key);
      if (!socket || !isSame(socket, rows, index)) return this.#addLive(rows, index, world);
      this.#renew(socket, rows, index, world);
      return socket;
    });
  }

  #renew(socket: FlowSocket, rows: FlowRows, index: number, world: World): void {
    if (renew(socket, rows, index)) this.#change(socket, world);
    if (socket.pid === rows.pid(index)) return;
    socket.row = rows.row(index);
    socket.pid = socket.row.pid;
    markStart(socket, world.history);
    this.#unsettle(socket.flow);
  }

  /** The socket of a row that shows it for the first time; undefined: it is not open. */
  #addLive(rows: FlowRows, index: number, world: World): FlowSocket | undefined {
    const key = rows.key(index);
    const finished = this.#finished.get(key);
    if (!isFlow(rows, index) || (finished && isSame(finished, rows, index))) return undefined;
    if (!this.#fits(rows, index, world)) {
      this.#crowded = true;
      return undefined;
    }
    const before = this.#sockets.get(key);
    if (before) this.#leave(before, world);
    const socket = this.#add(rows, index, world);
    renew(socket, rows, index);
    this.#sockets.set(key, socket);
    return socket;
  }

  /** What has been counted must go on where it was, and of a flow both ends are kept or none: one would name it wrongly. */
  #fits(rows: FlowRows, index: number, world: World): boolean {
    if (this.#places() > 0 || this.#remembered.has(rows, index)) return true;
    const row = rows.row(index);
    return this.#pairs.hasMirror({ row, tuples: tuplesOf(row, world) }, world);
  }

  #countLeftOut(rows: FlowRows): number {
    let leftOut = 0;
    for (let index = 0; index < rows.length; index++)
      if (!this.#last.isOpen(index) && isFlow(rows, index)) leftOut += 1;
    return leftOut;
  }

  #leaveUnseen(world: World): void {
    for (const socket of this.#sockets.values()) if (!this.#last.has(socket)) this.#leave(socket, world);
  }

  #leave(socket: FlowSocket, world: World): void {
    const before = this.#leaving.get(socket.key);
    if (before) this.#closeWithoutRow(before, world);
    leave(socket, world.nowNs);
    this.#changed.add(socket.flow);
    this.#sockets.delete(socket.key);
    this.#last.remove(socket);
    this.#leaving.set(socket.key, socket);
  }

  /** A closed socket stays in its flow while the other end is open: it still says whose the flow is. */
  #close(socket: FlowSocket): void {
    const { flow } = socket;
    if (!this.flows.has(flow)) {
      this.#exchanges.remove(socket);
      return;
    }
    this.#changed.add(flow);
    if (!openSocket(flow)) this.#ended.add(flow);
  }

  #add(rows: FlowRows, index: number, world: World): FlowSocket {
    const row = rows.row(index);
    const flow = createFlow(this.#round, world.nowNs);
    const socket = createSocket(rows, index, row, flow, tuplesOf(row, world));
    const memory = this.#remembered.take(rows, index);
    const before = memory?.counted;
    // A tracer that started in between does not know when it began; whoever goes by that would take it for another connection.
    if (memory) socket.startNs = memory.startNs;
    if (row.protocol === PROTOCOL.udp) for (const each of this.#exchanges.add(socket, before, world)) this.#show(each);
    else this.#show(this.#pair(socket, before, world));
    markStart(socket, world.history);
    return socket;
  }

  /** The flow of a new socket: that of the other end, if it waits for this one. */
  #pair(socket: FlowSocket, before: Counted | undefined, world: World): Flow {
    const mirror = this.#pairs.takeMirror(socket, world);
    if (mirror) {
      socket.flow = mirror.flow;
      // Nobody looks for either any more: they are a tenth of what a flow takes.
      for (const one of [socket, mirror]) one.tuples = NO_TUPLES;
    } else this.#pairs.add(socket, world);
    place(socket, mirror);
    // What one has said that may lie is nothing to hold against what a certain one says.
    if (mirror?.isDoubted && !socket.isDoubted) startCountingAnew(socket.flow);
    if (!mirror || mirror.isDoubted || !socket.isDoubted) resume(socket.flow, before);
    return socket.flow;
  }

  /** Takes in that a flow has other sockets than before. */
  #show(flow: Flow): void {
    this.flows.add(flow);
    if (openSocket(flow)) this.#ended.delete(flow);
    else this.#ended.add(flow);
    this.#unsettle(flow);
  }

  #change(socket: FlowSocket, { nowNs }: World): void {
    if (socket.flow.answeredNs > 0 || !this.flows.has(socket.flow)) {
      goOn(socket, createFlow(this.#round, nowNs));
      this.#show(socket.flow);
    }
    this.#changed.add(socket.flow);
    this.#exchanges.touch(socket);
  }

  /** A look-up is over with its answer; its socket may ask again, or be idle for a minute. */
  #allotted(flow: Flow): void {
    this.#changed.add(flow);
    const socket = openSocket(flow);
    if (!socket || !isLookUp(flow) || !isAnswered(flow)) return;
    flow.answeredNs = socket.lastNs;
    this.#ended.add(flow);
  }

  /** Its owners are known: the rows of TCP's sockets are seldom asked for from now on. */
  #settled(flow: Flow): void {
    this.#changed.add(flow);
    if (flow.edge?.protocol !== "tcp") return;
    if (flow.client) this.#last.holdRow(flow.client);
    if (flow.server) this.#last.holdRow(flow.server);
  }

  #unsettle(flow: Flow): void {
    this.#changed.add(flow);
    this.#unsettled.add(flow);
  }
}

/** What is asked of Docker's resolver, and what it asks others. */
function isLookUp({ edge }: Flow): boolean {
  return edge?.destination === DOCKER_DNS || edge?.source === DOCKER_DNS;
}

function takeSame(sockets: Map<number, FlowSocket>, rows: FlowRows, index: number): FlowSocket | undefined {
  const socket = sockets.get(rows.key(index));
  if (!socket || !isSame(socket, rows, index)) return undefined;
  sockets.delete(socket.key);
  return socket;
}

/** A socket that connects has no port for a moment; it shows again once it has. */
function isFlow(rows: FlowRows, index: number): boolean {
  const state = TCP_STATES[rows.state(index)];
  return rows.sourcePort(index) !== 0 && state !== "LISTEN" && state !== "CLOSE";
}

/** Entries of UDP flows do not: the next datagram makes one with another number. */
function mayReturn({ flow, row }: FlowSocket): boolean {
  return row.protocol === PROTOCOL.tcp && hasCounted(flow.counted);
}

/** Puts a new socket on its side of the flow; what has been counted already keeps its direction. */
function place(socket: FlowSocket, mirror: FlowSocket | undefined): void {
  const { flow } = socket;
  const client = flow.edge ? flow.client === undefined : isClient(socket.row, mirror?.row);
  flow.client = client ? socket : mirror;
  flow.server = client ? mirror : socket;
}

/** Goes on where the flow was: both its sockets remember the same. */
function resume({ counted }: Flow, before: Counted | undefined): void {
  if (!before) return;
  counted.sentBytes = Math.max(counted.sentBytes, before.sentBytes);
  counted.receivedBytes = Math.max(counted.receivedBytes, before.receivedBytes);
  counted.retransmits = Math.max(counted.retransmits, before.retransmits);
  counted.opened ||= before.opened;
  counted.clientSeen ||= before.clientSeen;
}
