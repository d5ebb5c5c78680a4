import type { World } from "../../metadata/world.ts";
import { countAllIn } from "../../model/counts.ts";
import { createEdge } from "../../model/edge.ts";
import { isNameless } from "../../model/node.ts";
import type { ObservedSink } from "../../model/observed-flow.ts";
import type { SourceHealth } from "../../model/source-health.ts";
import { containerEndpoint } from "../../naming/endpoints.ts";
import type { Batch, EdgeEvents, FlowEvents } from "./batch.ts";
import { type NamedEdge, nameEdge } from "./naming.ts";

export interface HubbleSourceParts {
  health: SourceHealth;
  /** The host as of now; undefined: it is not known yet. */
  world(): World | undefined;
  sink: ObservedSink;
  /** What this machine is called; "": it has no name. */
  node: string;
}

/** What is read from one observer or file: batches of the thread that reads it, named by who has which address now. */
export class HubbleSource {
  readonly name: string;
  readonly health: SourceHealth;
  /** What was wrong so far, and how often. */
  readonly faults = new Map<string, number>();
  /** Events that were lost ahead of us, by where. */
  readonly lost = new Map<string, number>();
  readonly #parts: HubbleSourceParts;
  #waiting: { batch: Batch; onTaken: () => void } | undefined;

  constructor(parts: HubbleSourceParts) {
    this.health = parts.health;
    this.name = parts.health.name;
    this.#parts = parts;
  }

  /** Takes a batch as soon as it can be named; `onTaken`: then the next one may come. */
  take(batch: Batch, onTaken: () => void): void {
    this.#waiting = { batch, onTaken };
    this.read();
  }

  /** What has waited for the host to be known. */
  read(): void {
    const world = this.#parts.world();
    if (!this.#waiting || !world) return;
    const { batch, onTaken } = this.#waiting;
    this.#waiting = undefined;
    this.#add(batch, world);
    onTaken();
  }

  #add({ edges, flows, others, lost, faults }: Batch, world: World): void {
    const { sink, node } = this.#parts;
    const here = { world, node: isNameless(node) ? "" : node };
    const named = edges.map((told) => nameEdge(told, here));
    for (const [at, ends] of named.entries()) {
      const told = edges[at];
      if (told) sink.add({ ...ends, origin: this.name, protocol: told.protocol }, told.counts);
    }
    for (const flow of flows) this.#addFlow(flow, edges[flow.edge], named[flow.edge]);
    for (const [protocol, counts] of others) sink.addOther(this.name, protocol, counts);
    countAllIn(this.lost, lost);
    countAllIn(this.faults, faults);
  }

  /** Only of protocols that have connections, or what is taken for one. */
  #addFlow(flow: FlowEvents, told: EdgeEvents | undefined, ends: NamedEdge | undefined): void {
    if (!told || !ends || (told.protocol !== "tcp" && told.protocol !== "udp")) return;
    const { verdict, dropReason, isReply, events, replies, node, l7 } = flow;
    const { source, destination, destinationPort, local } = ends;
    this.#parts.sink.addFlow({
      edge: createEdge(source, destination, destinationPort, told.protocol),
      sourceAddress: told.client.address,
      sourcePort: flow.clientPort,
      destinationAddress: told.server.address,
      destinationAddressPort: told.port,
      firstMs: flow.firstMs,
      lastMs: flow.lastMs,
      isNew: flow.isNew,
      isOver: flow.isOver,
      observed: { origin: this.name, verdict, dropReason, node, isReply, events, replies, l7 },
      local: local && { name: containerEndpoint(local).name, pid: local.pid },
    });
  }
}
