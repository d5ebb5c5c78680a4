import { FlowRows } from "./decode/flow-rows.ts";
import { hostAddresses } from "./decode/host-addresses.ts";
import { decodeProcesses } from "./decode/process-rows.ts";
import { decodeStatus } from "./decode/status-row.ts";
import { FlowTable } from "./join/flow-table.ts";
import { createWorld } from "./join/world.ts";
import type { Metadata } from "./metadata.ts";
import type { Host } from "./read/host.ts";
import type { Tracer } from "./read/tracer.ts";
import type { SourceHealth } from "./source-health.ts";
import { EdgeTotals } from "./totals/edge-totals.ts";
import { LostFlows } from "./totals/lost-flows.ts";

const OLDEST_HEARTBEAT_NS = 5e9;

export interface CollectorParts {
  tracer: Tracer;
  host: Host;
  metadata: Metadata;
  health: SourceHealth;
  maxEdges: number;
}

/** One cycle after the other, never two at once: read, decode, join, add up. */
export class Collector {
  readonly table = new FlowTable();
  readonly totals: EdgeTotals;
  readonly lostFlows = new LostFlows();
  /** How long the last cycle took. */
  seconds = 0;
  /** Sockets in the last read. */
  rows = 0;
  readonly #parts: CollectorParts;
  #hostAddresses: ReadonlySet<string> = new Set();
  readonly #asked = new Set<string>();

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    this.totals = new EdgeTotals(parts.maxEdges);
  }

  /** Renews what changes seldom: owners of sockets that are older than the tracer, the host's addresses. Never throws. */
  maintain(): void {
    const { tracer, host } = this.#parts;
    this.#asked.clear();
    this.#hostAddresses = hostAddresses(host.netFile("fib_trie"), host.netFile("if_inet6"));
    this.#guard(() => tracer.backfillOwners());
  }

  /** One cycle; never throws. */
  collect(): void {
    const start = performance.now();
    const done = this.#guard(() => this.#cycle(start));
    this.seconds = (performance.now() - start) / 1000;
    if (done) this.#parts.health.succeed();
    if (done) this.#askForContainers();
  }

  #cycle(nowMs: number): void {
    const { tracer, metadata } = this.#parts;
    this.#readStatus();
    const world = createWorld({
      processes: decodeProcesses(tracer.processes()),
      containers: metadata.containers,
      hostAddresses: this.#hostAddresses,
      metadataVersion: metadata.version,
      metadataUp: metadata.up,
    });
    const rows = new FlowRows(tracer.flows());
    this.table.update(rows, world);
    this.totals.apply(this.table.flows, nowMs);
    this.rows = rows.length;
  }

  /** Pins outlive a tracer that was killed, and would hand over old rows. */
  #readStatus(): void {
    const { tracer, host } = this.#parts;
    const status = decodeStatus(tracer.status());
    const age = host.bootTimeNs() - status.heartbeatNs;
    if (age > OLDEST_HEARTBEAT_NS) throw new Error(`the tracer is gone: no sign of it for ${Math.round(age / 1e9)} s`);
    this.lostFlows.add(status);
  }

  #askForContainers(): void {
    const unasked = [...this.table.awaitedContainers].filter((id) => !this.#asked.has(id));
    for (const id of unasked) this.#asked.add(id);
    if (unasked.length > 0) void this.#parts.metadata.refresh();
  }

  #guard(step: () => void): boolean {
    try {
      step();
      return true;
    } catch (error) {
      this.#parts.health.fail(error);
      return false;
    }
  }
}
