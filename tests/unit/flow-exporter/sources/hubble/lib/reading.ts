import type { World } from "../../../../../../exporters/flow-exporter/metadata/world.ts";
import type { FlowRecord } from "../../../../../../exporters/flow-exporter/model/flow-record.ts";
import type { ObservedEdge } from "../../../../../../exporters/flow-exporter/model/observed-edge.ts";
import { SourceHealth } from "../../../../../../exporters/flow-exporter/model/source-health.ts";
import { HubbleSource } from "../../../../../../exporters/flow-exporter/sources/hubble/hubble-source.ts";
import { OriginReader } from "../../../../../../exporters/flow-exporter/sources/hubble/origin-reader.ts";
import type { HubbleOrigin, HubbleTls } from "../../../../../../exporters/flow-exporter/sources/hubble/settings.ts";
import { ObservedEdges } from "../../../../../../exporters/flow-exporter/totals/observed-edges.ts";
import { ObservedFlows } from "../../../../../../exporters/flow-exporter/totals/observed-flows.ts";
import { silent } from "../../../lib/log.ts";
import { world } from "../../../lib/world.ts";

/** One origin that is read as the thread does, and added up as the exporter does. */
export class Reading {
  readonly edges = new ObservedEdges({ maxEdges: 100, maxPorts: 64 });
  readonly flows = new ObservedFlows({ maxFlows: 100, workOf: () => undefined });
  readonly source: HubbleSource;
  readonly #reader: OriginReader;
  readonly #ended = new AbortController();
  #isOver: Promise<void> = Promise.resolve();

  constructor(origin: HubbleOrigin, tls?: HubbleTls, host: World = world()) {
    const health = new SourceHealth(origin.name, silent);
    const sink = {
      add: (...told: Parameters<ObservedEdges["add"]>) => this.edges.add(...told),
      addOther: (...told: Parameters<ObservedEdges["addOther"]>) => this.edges.addOther(...told),
      addFlow: (told: Parameters<ObservedFlows["add"]>[0]) => this.flows.add(told),
    };
    this.source = new HubbleSource({ health, world: () => host, sink, node: "" });
    const bounds = { maxEdges: 1_000, maxFlows: 1_000 };
    const onDown = (reason: string) => health.fail(reason);
    this.#reader = new OriginReader({ origin, tls, bounds, onUp: () => health.succeed(), onDown });
  }

  start(): this {
    this.#isOver = this.#reader.run(this.#ended.signal);
    return this;
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#isOver;
  }

  /** Takes in what has come by now. */
  take(): this {
    const batch = this.#reader.take();
    if (batch) this.source.take(batch, () => {});
    return this;
  }

  /** How many events have been counted. */
  get events(): number {
    return [...this.take().edges].reduce((sum, { flows }) => sum + flows, 0);
  }

  /** How often something was wrong by that name. */
  faults(name: string): number {
    return this.take().source.faults.get(name) ?? 0;
  }

  /** Edges by what they are called. */
  byName(): Record<string, ObservedEdge> {
    return Object.fromEntries([...this.take().edges].map((edge) => [nameOf(edge), edge]));
  }

  records(nowMs: number): FlowRecord[] {
    return [...this.take().flows.records(0, nowMs)];
  }
}

function nameOf({ source, destination, destinationPort, protocol }: ObservedEdge): string {
  return `${source.name} → ${destination.name}:${destinationPort}/${protocol}`;
}
