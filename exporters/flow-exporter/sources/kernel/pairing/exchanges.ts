import type { World } from "../../../metadata/world.ts";
import { isClient } from "../../../naming/edge.ts";
import { isDockerDns } from "../../../naming/remote.ts";
import { onlySide } from "../sockets/flow.ts";
import type { Counted, Exchange, Flow, Side, Tuple } from "../sockets/shapes.ts";
import { hasLeft } from "../sockets/side.ts";
import { allot, createExchange, isAtClientsEnd, meet, resume, socketsOf, takeOut } from "./exchange.ts";
import { doubtsInExchange } from "./trust.ts";

/** Finds the sockets that exchange datagrams with each other, and the flows between them. */
export class Exchanges {
  /** By each name that a socket has for its exchange: those at the one end, and those at the other. */
  readonly #ends = [new Map<string, Set<Side>>(), new Map<string, Set<Side>>()] as const;
  readonly #dirty = new Set<Exchange>();

  /**
   * Takes in a socket that has a flow of its own so far, and what an earlier exporter has handed on of it. Where sockets
   * wait for their other end, it joins their flows. Where one has met another before, that goes on with this one in the
   * flow of this one: a port that is bound again is another socket, and perhaps another's.
   * @returns the flows that a socket has come to or has left.
   */
  add(side: Side, before: Counted | undefined, world: World): Set<Flow> {
    const changed = this.#place(side, world);
    if (before) resume(side, before);
    for (const { name, reversed } of side.tuples) this.#at(name, reversed).add(side);
    this.touch(side);
    return changed;
  }

  #place(side: Side, world: World): Set<Flow> {
    const same = this.#sameSocket(side);
    if (same) return joinSocket(side, same);
    const others = this.#otherEnds(side, world);
    const waiting = others.filter(({ flow }) => onlySide(flow));
    const last = others.findLast((other) => !hasLeft(other));
    side.exchange = createExchange(side, isClient(side.row, (waiting[0] ?? last)?.row));
    return waiting.length > 0 ? join(side, waiting) : follow(side, last);
  }

  /** What a socket has carried has changed. */
  touch({ exchange }: Side): void {
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
  *waiting(): Generator<Side> {
    for (const { members } of this.#dirty) yield* members.keys();
  }

  /** Whether a flow may still get some of what has been read. */
  awaits(flow: Flow): boolean {
    const exchange = (flow.client ?? flow.server)?.exchange;
    return exchange !== undefined && this.#dirty.has(exchange);
  }

  /** Takes out a flow that is over, with those of its sockets that are. */
  removeFlow(flow: Flow): void {
    for (const side of socketsOf(flow)) if (!side.open) this.remove(side);
    (flow.client ?? flow.server)?.exchange?.flows.delete(flow);
  }

  /** Takes out a socket that is over, and its flow before. */
  remove(side: Side): void {
    for (const { name, reversed } of side.tuples) {
      const sides = this.#at(name, reversed);
      sides.delete(side);
      if (sides.size === 0) this.#ends[reversed ? 1 : 0].delete(name);
    }
    takeOut(side);
  }

  /** The same socket, where the two ports of Docker's resolver make it two entries. */
  #sameSocket({ tuples, row, ports }: Side): Side | undefined {
    if (!isDockerDns(row.sourceAddress) && !isDockerDns(row.destinationAddress)) return undefined;
    const [{ name, reversed }] = tuples as [Tuple];
    const beside = this.#ends[reversed ? 1 : 0].get(name) ?? [];
    return [...beside].findLast((one) => one.row.cookie === row.cookie && one.ports !== ports && !hasLeft(one));
  }

  /**
   * Those that may be at the other end, in the order in which they came. They get to know whether they may lie, as far as
   * they have not met anybody before, and so does the socket.
   */
  #otherEnds(side: Side, world: World): Side[] {
    for (const { name, reversed } of side.tuples) {
      const others: Side[] = [];
      for (const other of this.#ends[reversed ? 0 : 1].get(name) ?? []) {
        const doubts = doubtsInExchange(side.row, other.row, world);
        if (!doubts) continue;
        side.isDoubted = doubts[0];
        if (onlySide(other.flow)) other.isDoubted = doubts[1];
        others.push(other);
      }
      if (others.length > 0) return others;
    }
    return [];
  }

  #at(name: string, reversed: boolean): Set<Side> {
    const ends = this.#ends[reversed ? 1 : 0];
    const sides = ends.get(name) ?? new Set();
    ends.set(name, sides);
    return sides;
  }
}

/** All that wait get the new socket as their other end; that which began last goes on with it. */
function join(side: Side, waiting: readonly Side[]): Set<Flow> {
  const byStart = waiting.toSorted((one, two) => one.startNs - two.startNs);
  for (const other of byStart) {
    const { flow } = other;
    meet(flow, side, other, flow.edge ? flow.client === undefined : isAtClientsEnd(side));
    side.flow = flow;
  }
  return new Set(byStart.map(({ flow }) => flow));
}

/** The flow that had the other end keeps it as a name only. */
function follow(side: Side, other: Side | undefined): Set<Flow> {
  const { flow } = side;
  if (!other) {
    if (isAtClientsEnd(side)) flow.client = side;
    else flow.server = side;
    side.exchange?.flows.add(flow);
    return new Set([flow]);
  }
  const left = other.flow;
  const entries = socketsOf(left).filter(({ row }) => row.cookie === other.row.cookie);
  meet(flow, side, other, left.client !== other);
  for (const entry of entries) entry.flow = flow;
  return new Set([flow, left]);
}

function joinSocket(side: Side, same: Side): Set<Flow> {
  const { exchange, flow } = same;
  exchange?.members.set(side, isAtClientsEnd(same));
  side.exchange = exchange;
  side.isDoubted = same.isDoubted;
  side.flow = flow;
  return new Set([flow]);
}
