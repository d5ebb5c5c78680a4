import { countIn } from "../../model/counts.ts";
import type { HubbleFlow } from "../../model/hubble-flow.ts";
import type { Batch, EdgeEvents, FlowEvents, ToldEdge, ToldEnd } from "./batch.ts";
import { shortL7 } from "./bounded.ts";
import { countEvent, createEventCounts, type EventCounts } from "./event-counts.ts";
import { edgeOf, isAnswer, nodeOf } from "./turned.ts";

export interface FoldBounds {
  /** Edges in one batch; what is told of others is counted by protocol only. */
  maxEdges: number;
  /** Flows in one batch; others show in their edges only. */
  maxFlows: number;
}

interface Edge extends EdgeEvents {
  counts: EventCounts;
  /** Its place in the batch. */
  at: number;
}

/**
 * Folds events as they come into what has happened since the last batch, so that thousands a second cost who takes the
 * batches little, and that as long as he takes none, no more memory is needed.
 */
export class EventFold {
  readonly #bounds: FoldBounds;
  #edges = new Map<string, Edge>();
  #flows = new Map<string, FlowEvents>();
  #others = new Map<string, EventCounts>();
  #lost = new Map<string, number>();
  #faults = new Map<string, number>();

  constructor(bounds: FoldBounds) {
    this.#bounds = bounds;
  }

  add(flow: HubbleFlow): void {
    const answer = isAnswer(flow);
    const told = edgeOf(flow, answer === true);
    const key = keyOf(told);
    const edge = this.#edges.get(key) ?? this.#place(key, told);
    if (!edge) return void countEvent(this.#otherOf(told.protocol), flow, answer === true);
    fill(edge.client, told.client);
    fill(edge.server, told.server);
    countEvent(edge.counts, flow, answer === true);
    this.#addFlow(edge, key, flow, answer);
  }

  lose(where: string, count: number): void {
    countIn(this.#lost, where, count);
  }

  fault(name: string): void {
    countIn(this.#faults, name, 1);
  }

  /** What has happened since the last one; undefined: nothing. */
  take(): Batch | undefined {
    const [lost, faults, others] = [this.#lost, this.#faults, this.#others];
    if (this.#edges.size + lost.size + faults.size + others.size === 0) return undefined;
    const edges = [...this.#edges.values()].map(({ at, ...edge }) => edge);
    const flows = [...this.#flows.values()];
    this.#edges = new Map();
    this.#flows = new Map();
    this.#others = new Map();
    this.#lost = new Map();
    this.#faults = new Map();
    return { edges, flows, others, lost, faults };
  }

  #place(key: string, told: ToldEdge): Edge | undefined {
    if (this.#edges.size >= this.#bounds.maxEdges) return undefined;
    const edge = { ...told, counts: createEventCounts(), at: this.#edges.size };
    this.#edges.set(key, edge);
    return edge;
  }

  #otherOf(protocol: string): EventCounts {
    const known = this.#others.get(protocol) ?? createEventCounts();
    this.#others.set(protocol, known);
    return known;
  }

  #addFlow(edge: Edge, edgeKey: string, flow: HubbleFlow, answer: boolean | undefined): void {
    const { l4, timeMs } = flow;
    const clientPort = (answer ? l4?.destinationPort : l4?.sourcePort) ?? 0;
    if (clientPort === 0) return;
    const key = `${edgeKey} ${clientPort}`;
    const known = this.#flows.get(key);
    if (!known && this.#flows.size >= this.#bounds.maxFlows) return;
    const one = known ?? createFlow(edge.at, clientPort, timeMs);
    if (!known) this.#flows.set(key, one);
    addTo(one, flow, answer);
  }
}

function createFlow(edge: number, clientPort: number, timeMs: number): FlowEvents {
  return {
    edge,
    clientPort,
    firstMs: timeMs,
    lastMs: timeMs,
    isNew: false,
    isOver: false,
    events: 0,
    replies: 0,
    verdict: "VERDICT_UNKNOWN",
    dropReason: "",
    isReply: undefined,
    node: "",
    l7: undefined,
  };
}

function addTo(one: FlowEvents, flow: HubbleFlow, answer: boolean | undefined): void {
  one.firstMs = Math.min(one.firstMs, flow.timeMs);
  one.lastMs = Math.max(one.lastMs, flow.timeMs);
  one.isNew ||= answer === false && flow.l4?.flags.includes("SYN") === true;
  one.isOver ||= flow.l4?.flags.some((flag) => flag === "FIN" || flag === "RST") ?? false;
  one.events += 1;
  if (answer) one.replies += 1;
  if (flow.verdict !== "VERDICT_UNKNOWN") {
    one.verdict = flow.verdict;
    one.dropReason = flow.dropReason;
  }
  one.isReply = flow.isReply;
  one.node = nodeOf(flow.nodeName);
  if (flow.l7) one.l7 = shortL7(flow.l7);
}

/** One event may know what another does not. */
function fill(end: ToldEnd, told: ToldEnd): void {
  end.node ||= told.node;
  end.domain ||= told.domain;
  end.service ||= told.service;
  end.reserved ||= told.reserved;
}

function keyOf({ client, server, port, protocol }: ToldEdge): string {
  return `${endKey(client)} ${endKey(server)} ${port} ${protocol}`;
}

/** Where no address is told, a reserved one is known by its word. */
function endKey({ address, namespace, pod, reserved, domain, node, isOnlyThere }: ToldEnd): string {
  const one = `${address} ${namespace}/${pod} ${address === "" ? `${reserved} ${domain}` : ""}`;
  return isOnlyThere ? `${one} on ${node}` : one;
}
