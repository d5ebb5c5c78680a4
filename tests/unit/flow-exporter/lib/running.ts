import { Collector } from "../../../../exporters/flow-exporter/collector.ts";
import { Metadata } from "../../../../exporters/flow-exporter/metadata.ts";
import { Persistence } from "../../../../exporters/flow-exporter/persistence.ts";
import type { StateFile } from "../../../../exporters/flow-exporter/read/state-file.ts";
import { createHealths, type Healths } from "../../../../exporters/flow-exporter/source-health.ts";
import type { EdgeLimits } from "../../../../exporters/flow-exporter/totals/edge-totals.ts";
import type { Kernel } from "./kernel.ts";
import { silent } from "./log.ts";

/** A state file in memory. */
export class Disk implements StateFile {
  text: string | undefined;
  aside: string | undefined;
  full = false;

  read(): string | undefined {
    return this.text;
  }

  write(text: string): void {
    if (this.full) throw new Error("ENOSPC: no space left on device");
    this.text = text;
  }

  setAside(): string {
    this.aside = this.text;
    this.text = undefined;
    return "aside";
  }
}

/** What an exporter does cycle by cycle, without its clock and its port. To kill it is to make another. */
export class Running {
  readonly collector: Collector;
  readonly metadata: Metadata;
  readonly healths: Healths = createHealths(silent);
  readonly warnings: unknown[] = [];
  readonly #kernel: Kernel;
  readonly persistence: Persistence;

  constructor(kernel: Kernel, disk: Disk | undefined, limits: EdgeLimits = { maxEdges: 100, maxPorts: 64 }) {
    const log = { warn: (line: unknown) => void this.warnings.push(line) };
    this.metadata = new Metadata(
      { list: async () => [], overlays: async () => [], watch: async () => {} },
      this.healths.docker,
    );
    this.#kernel = kernel;
    this.persistence = new Persistence(disk, this.healths.state, log);
    const before = this.persistence.load();
    const host = kernel.host();
    const { metadata, healths } = this;
    this.collector = new Collector({ tracer: kernel, host, metadata, healths, limits, before });
  }

  /** One cycle, a second after the one before. */
  cycle(seconds = 1): void {
    this.#kernel.pass(seconds);
    this.collector.collect();
    this.persistence.keep(this.collector, this.#kernel.nowNs / 1e6);
  }

  /** The sums over all edges, those that have left among them; `sizes` without these. */
  sums() {
    const { totals } = this.collector;
    const sums = { sent: 0, received: 0, opened: 0, closed: 0, failed: 0, sizes: 0 };
    for (const one of [...totals, ...Object.values(totals.departed)]) {
      sums.sent += one.sentBytes;
      sums.received += one.receivedBytes;
      sums.opened += one.opened;
      sums.closed += one.closed;
      sums.failed += one.failed;
    }
    for (const { size } of totals) sums.sizes += size.sum;
    return sums;
  }
}
