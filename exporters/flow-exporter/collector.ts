import type { Host } from "./metadata/host/host.ts";
import { outsideCounters } from "./metadata/host/interfaces.ts";
import type { FlowSink, FlowSource } from "./model/flow-source.ts";
import type { MetadataSource } from "./model/metadata-source.ts";
import type { ProcessRow } from "./model/process.ts";
import { processOwner } from "./naming/owner.ts";
import type { HttpSource } from "./sources/http/http-source.ts";
import type { KernelSource } from "./sources/kernel/kernel-source.ts";
import { Coverage } from "./totals/coverage.ts";
import type { EdgeTotals } from "./totals/edge-totals.ts";
import type { EndpointWork } from "./totals/endpoint-work.ts";

export interface CollectorParts {
  source: KernelSource;
  /** Other sources, which hand on ahead of the kernel's, which ends the reading. */
  others: readonly Pick<FlowSource, "read">[];
  /** Gets what the sources bring; the totals are among what it hands that to. */
  sink: FlowSink;
  totals: EdgeTotals;
  work: EndpointWork;
  metadata: Pick<MetadataSource, "refresh">;
  host: Pick<Host, "netFile">;
  /** Left out: no HTTP is read. */
  http?: HttpSource | undefined;
}

/** One cycle after the other, never two at once: read the source into its sinks, and add up what goes with it. */
export class Collector {
  readonly coverage = new Coverage();
  /** How long the last cycle took. */
  seconds = 0;
  readonly #parts: CollectorParts;
  /** Containers that Docker was asked for since the last maintenance. */
  readonly #asked = new Set<string>();

  constructor(parts: CollectorParts) {
    this.#parts = parts;
  }

  /** Renews what changes seldom. Never throws. */
  maintain(): void {
    this.#asked.clear();
    this.#parts.source.maintain();
  }

  /** One cycle; never throws. */
  collect(): void {
    const start = performance.now();
    const { source, others, sink } = this.#parts;
    const before = source.world;
    for (const other of others) other.read(sink);
    source.read(sink);
    if (source.world !== before) this.#addUp();
    this.seconds = (performance.now() - start) / 1000;
  }

  #addUp(): void {
    const { source, totals, work, host } = this.#parts;
    const { world } = source;
    if (!world) return;
    this.coverage.add(totals.outsideBytes, outsideCounters(host.netFile("dev")), world.nowNs);
    const ownerOf = ({ pid, comm }: ProcessRow) => processOwner(pid, comm, world);
    work.apply({ processes: world.processes, ownerOf, nowNs: world.nowNs }, talkingIn(totals));
    this.#parts.http?.read(world);
    this.#askForContainers();
  }

  #askForContainers(): void {
    const unasked = this.#parts.source.awaitedContainers.filter((id) => !this.#asked.has(id));
    for (const id of unasked) this.#asked.add(id);
    if (unasked.length > 0) void this.#parts.metadata.refresh();
  }
}

/** Names of the endpoints that have flows. */
function talkingIn(totals: EdgeTotals): Set<string> {
  const names = new Set<string>();
  for (const { edge } of totals) names.add(edge.source.name).add(edge.destination.name);
  return names;
}
