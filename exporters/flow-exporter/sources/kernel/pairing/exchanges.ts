import type { World } from "../../../metadata/world.ts";
import { isClient } from "../../../naming/edge.ts";
import { isDockerDns } from "../../../naming/remote.ts";
import { onlySocket } from "../sockets/flow.ts";
import { hasLeft } from "../sockets/flow-socket.ts";
import type { Counted, Exchange, Flow, FlowSocket, Tuple } from "../sockets/shapes.ts";
import { allot, createExchange, isAtClientsEnd, meet, resume, socketsOf, takeOut } from "./exchange.ts";
import { doubtsInExchange } from "./trust.ts";

/** Finds the sockets that exchange datagrams with each other, and the flows between them. */
export class Exchanges {
  /** By each name that a socket has for its exchange: those at the one end, and those at the other. */
  readonly #ends = [new Map<string, Set<FlowSocket>>(), new Map<string, Set<FlowSocket>>()] as const;
  readonly #dirty = new Set<Exchange>();

  /**
   * Takes in a socket that has a flow of its own so far, and what an earlier exporter has handed on of it. Where sockets
   * wait for their other end, it joins their flows. Where one has met another before, that goes on with this one in the
   * flow of this one: a port that is bound again is another socket, and perhaps another's.
   * @returns the flows that a socket has come to or has left.
   */
  add(socket: FlowSocket, before: Counted | undefined, world: World): Set<Flow> {
    const changed = this.#place(socket, world);
    if (before) resume(socket, before);
    for (const { name, reversed } of socket.tuples) this.#at(name, reversed).add(socket);
    this.touch(socket);
    return changed;
  }

  #place(socket: FlowSocket, world: World): Set<Flow> {
    const same = this.#sameSocket(socket);
    if (same) return joinSocket(socket, same);
    const others = this.#otherEnds(socket, world);
    const waiting = others.filter(({ flow }) => onlySocket(flow));
    const last = others.findLast((other) => !hasLeft(other));
    socket.exchange = createExchange(socket, isClient(socket.row, (waiting[0] ?? last)?.row));
    return waiting.length > 0 ? join(socket, waiting) : follow(socket, last);
  }

  /** What a socket has carried has changed. */
  touch({ exchange }: FlowSocket): void {
    if (exchange) this.#dirty.add(exchange);
  }

  /** Hands on what is new, once it is known of all flows of an exchange whose they are; returns those that may have got some. */
  *allot(): Generator<Flow> {
    for (const exchange of this.#dirty) {
      if ([...exchange.flows].some(({ edge }) => !edge)) continue;
      this.#dirty.delete(exchange);
      allot(exchange);
      yield* exchange.flows;
    }
  }

  /** The sockets of exchanges of which some may not be handed on yet. */
  *waiting(): Generator<FlowSocket> {
    for (const { members } of this.#dirty) yield* members.keys();
  }

  /** Whether a flow may still get some of what has been read. */
  awaits(flow: Flow): boolean {
    const exchange = (flow.client ?? flow.server)?.exchange;
    return exchange !== undefined && this.#dirty.has(exchange);
  }

  /** Takes out a flow that is over, with those of its sockets that are. */
  removeFlow(flow: Flow): void {
    for (const socket of socketsOf(flow)) if (!socket.open) this.remove(socket);
    (flow.client ?? flow.server)?.exchange?.flows.delete(flow);
  }

  /** Takes out a socket that is over, and its flow before. */
  remove(socket: FlowSocket): void {
    for (const { name, reversed } of socket.tuples) {
      const sockets = this.#at(name, reversed);
      sockets.delete(socket);
      if (sockets.size === 0) this.#ends[reversed ? 1 : 0].delete(name);
    }
    takeOut(socket);
  }

  /** The same socket, where the two ports of Docker's resolver make it two entries. */
  #sameSocket({ tuples, row, ports }: FlowSocket): FlowSocket | undefined {
    if (!isDockerDns(row.sourceAddress) && !isDockerDns(row.destinationAddress)) return undefined;
    const [{ name, reversed }] = tuples as [Tuple];
    const beside = this.#ends[reversed ? 1 : 0].get(name) ?? [];
    return [...beside].findLast((one) => one.row.cookie === row.cookie && one.ports !== ports && !hasLeft(one));
  }

  /**
   * Those that may be at the other end, in the order in which they came. They get to know whether they may lie, as far as
   * they have not met anybody before, and so does the socket.
   */
  #otherEnds(socket: FlowSocket, world: World): FlowSocket[] {
    for (const { name, reversed } of socket.tuples) {
      const others: FlowSocket[] = [];
      for (const other of this.#ends[reversed ? 0 : 1].get(name) ?? []) {
        const doubts = doubtsInExchange(socket.row, other.row, world);
        if (!doubts) continue;
        socket.isDoubted = doubts[0];
        if (onlySocket(other.flow)) other.isDoubted = doubts[1];
        others.push(other);
      }
      if (others.length > 0) return others;
    }
    return [];
  }

  #at(name: string, reversed: boolean): Set<FlowSocket> {
    const ends = this.#ends[reversed ? 1 : 0];
    const sockets = ends.get(name) ?? new Set();
    ends.set(name, sockets);
    return sockets;
  }
}

/** All that wait get the new socket as their other end; that which began last goes on with it. */
function join(socket: FlowSocket, waiting: readonly FlowSocket[]): Set<Flow> {
  const byStart = waiting.toSorted((one, two) => one.startNs - two.startNs);
  for (const other of byStart) {
    const { flow } = other;
    meet(flow, socket, other, flow.edge ? flow.client === undefined : isAtClientsEnd(socket));
    socket.flow = flow;
  }
  return new Set(byStart.map(({ flow }) => flow));
}

/** The flow that had the other end keeps it as a name only. */
function follow(socket: FlowSocket, other: FlowSocket | undefined): Set<Flow> {
  const { flow } = socket;
  if (!other) {
    if (isAtClientsEnd(socket)) flow.client = socket;
    else flow.server = socket;
    socket.exchange?.flows.add(flow);
    return new Set([flow]);
  }
  const left = other.flow;
  const entries = socketsOf(left).filter(({ row }) => row.cookie === other.row.cookie);
  meet(flow, socket, other, left.client !== other);
  for (const entry of entries) entry.flow = flow;
  return new Set([flow, left]);
}

function joinSocket(socket: FlowSocket, same: FlowSocket): Set<Flow> {
  const { exchange, flow } = same;
  exchange?.members.set(socket, isAtClientsEnd(same));
  socket.exchange = exchange;
  socket.isDoubted = same.isDoubted;
  socket.flow = flow;
  return new Set([flow]);
}
