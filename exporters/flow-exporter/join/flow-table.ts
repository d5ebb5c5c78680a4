import type { FlowRow, FlowRows } from "../decode/flow-rows.ts";
import { isClient, resolveEdge } from "./edge.ts";
import { advance, createFlow, createSide, type Flow, renew, type Side, TCP_STATES } from "./flow.ts";
import { Pairs } from "./pairs.ts";
import type { World } from "./world.ts";

/**
 * The open flows, kept from read to read: a socket is joined when it first shows, and from then on costs no more
 * than reading its counters. No host, no clock: rows and facts in, flows out.
 */
export class FlowTable {
  readonly flows = new Set<Flow>();
  /** Containers seen at work that Docker has not told about yet, and whose flows wait for that. */
  readonly awaitedContainers = new Set<string>();
  readonly #sides = new Map<number, Side>();
  readonly #pairs = new Pairs();
  /** Flows whose edge is not known for good. */
  readonly #unsettled = new Set<Flow>();
  #round = 0;

  /** Takes in one read of all sockets. */
  update(rows: FlowRows, world: World): void {
    this.#round += 1;
    const fresh = this.#renewKnown(rows);
    this.#forgetClosed();
    for (const index of fresh) this.#add(rows, index, world);
    this.awaitedContainers.clear();
    for (const flow of this.#unsettled) this.#settle(flow, world);
    for (const flow of this.flows) advance(flow);
  }

  /** Returns the indexes of the rows whose sockets are new. A socket connected again counts as new. */
  #renewKnown(rows: FlowRows): number[] {
    const fresh: number[] = [];
    for (let index = 0; index < rows.length; index++) {
      const side = this.#sides.get(rows.cookie(index));
      if (side === undefined || side.ports !== rows.ports(index)) {
        fresh.push(index);
        continue;
      }
      renew(side, rows, index, this.#round);
      if (side.row.pid !== rows.pid(index)) this.#changeOwner(side, rows.row(index));
    }
    return fresh;
  }

  #changeOwner(side: Side, row: FlowRow): void {
    side.row = row;
    this.#unsettle(side.flow);
  }

  #forgetClosed(): void {
    for (const side of this.#sides.values()) if (side.round !== this.#round) this.#close(side);
  }

  /** A closed socket stays in its flow while the other end is open: it still says whose the flow is. */
  #close(side: Side): void {
    const { flow } = side;
    side.open = false;
    this.#sides.delete(side.row.cookie);
    this.#pairs.remove(side);
    if (flow.client?.open || flow.server?.open) return;
    this.flows.delete(flow);
    this.#unsettled.delete(flow);
  }

  #add(rows: FlowRows, index: number, world: World): void {
    const state = TCP_STATES[rows.state(index)];
    if (state === "LISTEN" || state === "CLOSE") return;
    const row = rows.row(index);
    const mirror = this.#pairs.mirrorOf(row, world);
    const flow = mirror?.flow ?? createFlow();
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

  /**
   * Finds a flow's edge. One of a container that Docker has not told about yet waits for Docker's next answer,
   * unless Docker is out of reach: nothing is lost by it, because sockets count from their start.
   */
  #settle(flow: Flow, world: World): void {
    if (flow.triedIn === world.metadataVersion && (flow.edge || world.metadataUp)) return;
    const { edge, unknownContainer } = resolveEdge(flow, world);
    const waits = unknownContainer !== undefined && world.metadataUp && flow.triedIn === undefined;
    flow.triedIn = world.metadataVersion;
    if (waits) this.awaitedContainers.add(unknownContainer);
    else flow.edge = edge;
    if (unknownContainer === undefined && world.metadataVersion > 0) this.#unsettled.delete(flow);
  }
}

/** Puts a new socket on its side of the flow; what has been counted already keeps its direction. */
function place(side: Side, mirror: Side | undefined): void {
  const { flow } = side;
  const client = flow.edge ? flow.client === undefined : isClient(side, mirror);
  flow.client = client ? side : mirror;
  flow.server = client ? mirror : side;
}
