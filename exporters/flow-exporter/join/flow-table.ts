import type { FlowRows } from "../decode/flow-rows.ts";
import { isClient, resolveEdge } from "./edge.ts";
import { advance, createFlow, createSide, type Flow, openSide, renew, type Side, TCP_STATES } from "./flow.ts";
import { Pairs } from "./pairs.ts";
import { isLocal } from "./remote.ts";
import type { World } from "./world.ts";

/**
 * The open flows, kept from read to read: a socket is joined when it first shows, and from then on costs no more
 * than reading its counters. No host, no clock: rows and facts in, flows out.
 */
export class FlowTable {
  /** The open flows, and those that ended since the read before. */
  readonly flows = new Set<Flow>();
  /** Containers seen at work that Docker has not told about yet, and whose flows wait for that. */
  readonly awaitedContainers = new Set<string>();
  readonly #sides = new Map<number, Side>();
  readonly #pairs = new Pairs();
  /** Flows whose edge is not known for good. */
  readonly #unsettled = new Set<Flow>();
  readonly #ended = new Set<Flow>();
  #round = 0;

  /** Takes in one read of all sockets. */
  update(rows: FlowRows, world: World): void {
    this.#round += 1;
    this.#forgetEnded();
    const fresh = this.#renewKnown(rows);
    // Before the closed ones go: a socket whose other end closed since the last read still finds its flow.
    for (const index of fresh) this.#add(rows, index, world);
    this.#closeUnseen();
    this.awaitedContainers.clear();
    for (const flow of this.#unsettled) this.#settle(flow, world);
    for (const flow of this.flows) advance(flow);
  }

  /** An ended flow leaves once its last bytes have been handed on, which takes an edge. */
  #forgetEnded(): void {
    for (const flow of this.#ended) {
      if (!flow.edge) continue;
      this.#ended.delete(flow);
      this.#unsettled.delete(flow);
      this.flows.delete(flow);
    }
  }

  /** Returns the indexes of the rows whose sockets are new. A socket connected again counts as new. */
  #renewKnown(rows: FlowRows): number[] {
    const fresh: number[] = [];
    for (let index = 0; index < rows.length; index++) {
      const side = this.#sides.get(rows.cookie(index));
      if (side?.ports === rows.ports(index)) this.#renew(side, rows, index);
      else fresh.push(index);
      if (side && side.ports !== rows.ports(index)) this.#close(side);
    }
    return fresh;
  }

  #renew(side: Side, rows: FlowRows, index: number): void {
    renew(side, rows, index, this.#round);
    if (side.row.pid === rows.pid(index)) return;
    side.row = rows.row(index);
    this.#unsettle(side.flow);
  }

  #closeUnseen(): void {
    for (const side of this.#sides.values()) if (side.round !== this.#round) this.#close(side);
  }

  /** A closed socket stays in its flow while the other end is open: it still says whose the flow is. */
  #close(side: Side): void {
    const { flow } = side;
    side.open = false;
    this.#sides.delete(side.row.cookie);
    this.#pairs.remove(side);
    if (!openSide(flow)) this.#ended.add(flow);
  }

  #add(rows: FlowRows, index: number, world: World): void {
    const state = TCP_STATES[rows.state(index)];
    if (state === "LISTEN" || state === "CLOSE") return;
    const row = rows.row(index);
    const mirror = this.#pairs.mirrorOf(row, world);
    const flow = mirror?.flow ?? createFlow(this.#round);
    const side = createSide(rows, index, row, flow);
    renew(side, rows, index, this.#round);
    place(side, mirror);
    this.#sides.set(row.cookie, side);
    this.#pairs.add(side, world);
    this.flows.add(flow);
    this.#unsettle(flow);
  }

  #unsettle(flow: Flow): void {
    flow.triedIn = undefined;
    this.#unsettled.add(flow);
  }

  /** Finds a flow's edge, unless waiting gives a better one: nothing is lost by it, sockets count from their start. */
  #settle(flow: Flow, world: World): void {
    if (flow.edge && flow.triedIn === world.metadataVersion) return;
    const { edge, unknownContainer } = resolveEdge(flow, world);
    flow.triedIn ??= world.metadataVersion;
    if (unknownContainer !== undefined && awaitsName(flow, world)) this.awaitedContainers.add(unknownContainer);
    else if (flow.since < this.#round || !awaitsMirror(flow, world)) {
      flow.triedIn = world.metadataVersion;
      flow.edge = edge;
      if (unknownContainer === undefined && world.metadataVersion > 0) this.#unsettled.delete(flow);
    }
  }
}

/** Docker has not answered since the flow was first looked up, and it is within reach. */
function awaitsName(flow: Flow, world: World): boolean {
  return world.metadataUp && flow.triedIn === world.metadataVersion;
}

/** The other end is on this host too: one read takes a while, and can miss a socket that was made meanwhile. */
function awaitsMirror({ client, server }: Flow, world: World): boolean {
  if (client && server) return false;
  const side = client ?? server;
  return side !== undefined && isLocal(side.row, world);
}

/** Puts a new socket on its side of the flow; what has been counted already keeps its direction. */
function place(side: Side, mirror: Side | undefined): void {
  const { flow } = side;
  const client = flow.edge ? flow.client === undefined : isClient(side, mirror);
  flow.client = client ? side : mirror;
  flow.server = client ? mirror : side;
}
