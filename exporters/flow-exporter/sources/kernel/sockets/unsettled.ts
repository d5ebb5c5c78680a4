import type { World } from "../../../metadata/world.ts";
import { resolveEdge } from "../../../naming/edge.ts";
import { Edges } from "../../../naming/edges.ts";
import { mayBeLocal } from "../../../naming/remote.ts";
import { onlySocket } from "./flow.ts";
import { stateOf } from "./flow-socket.ts";
import type { Flow, FlowSocket } from "./shapes.ts";

const UNKNOWN_CGROUP_NS = 3e9;
/** While the rows cannot all be read. */
const MAX_WAIT_NS = 60e9;

/** Flows whose edge is not known for good. */
export class Unsettled {
  /** Containers seen at work that Docker has not reported yet, and whose flows wait for that. */
  readonly awaitedContainers = new Set<string>();
  readonly #waiting = new Set<Flow>();
  /** They have an edge; Docker's next answer may give a better one. */
  readonly #provisional = new Set<Flow>();
  readonly #edges = new Edges();
  readonly #onEdge: (flow: Flow) => void;
  #metadataVersion = 0;

  /** `onEdge` gets every flow that has got an edge, or another one. */
  constructor(onEdge: (flow: Flow) => void) {
    this.#onEdge = onEdge;
  }

  /** Its owners are to be looked up, again or for the first time. */
  add(flow: Flow): void {
    flow.triedIn = undefined;
    this.#waiting.add(flow);
  }

  delete(flow: Flow): void {
    this.#waiting.delete(flow);
    this.#provisional.delete(flow);
  }

  /** Those that have no edge yet. */
  *withoutEdge(): Generator<Flow> {
    for (const flow of this.#waiting) if (!flow.edge) yield flow;
  }

  /** Looks up the owners. A flow that first showed in read `lastCompleteRead` or before has shown all its ends on this host. */
  settle(world: World, lastCompleteRead: number): void {
    this.#reconsider(world);
    this.awaitedContainers.clear();
    for (const flow of this.#waiting) this.#settle(flow, world, lastCompleteRead);
  }

  /** Looks up the owners of one flow, both of whose ends on this host have shown. */
  settleOne(flow: Flow, world: World): void {
    this.#settle(flow, world, flow.since);
  }

  #reconsider({ metadataVersion }: World): void {
    if (metadataVersion === this.#metadataVersion) return;
    this.#metadataVersion = metadataVersion;
    for (const flow of this.#provisional) this.#waiting.add(flow);
    this.#provisional.clear();
  }

  /** Finds a flow's edge, unless waiting gives a better one: nothing is lost by it, sockets count from their start. */
  #settle(flow: Flow, world: World, lastCompleteRead: number): void {
    const { edge, relay, unknownContainer, unknownCgroup } = resolveEdge(
      { client: flow.client?.row, server: flow.server?.row },
      world,
    );
    const waitedNs = world.nowNs - flow.sinceNs;
    flow.triedIn ??= world.metadataVersion;
    if (unknownContainer !== undefined && awaitsName(flow, world)) this.awaitedContainers.add(unknownContainer);
    else if (unknownCgroup && waitedNs < UNKNOWN_CGROUP_NS) return;
    else if (flow.since <= lastCompleteRead || waitedNs > MAX_WAIT_NS || !awaitsMirror(flow, world)) {
      flow.edge = this.#edges.one(edge);
      flow.relay = relay;
      this.#waiting.delete(flow);
      if (unknownContainer !== undefined || world.metadataVersion === 0) this.#provisional.add(flow);
      this.#onEdge(flow);
    }
  }
}

/** Docker has not answered since the flow was first looked up, and it is within reach. */
function awaitsName(flow: Flow, world: World): boolean {
  return world.metadataUp && flow.triedIn === world.metadataVersion;
}

/** The other end may be on this host too: one read takes a while, and can miss a socket that was made meanwhile. */
function awaitsMirror(flow: Flow, world: World): boolean {
  const socket = onlySocket(flow);
  return socket !== undefined && !hasFailed(socket) && mayBeLocal(socket.row, world);
}

/** A connect that failed has no other end. */
function hasFailed(socket: FlowSocket): boolean {
  return stateOf(socket) === "CLOSE" && !socket.established;
}
