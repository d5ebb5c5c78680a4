import type { StateFile } from "../../../../exporters/flow-exporter/checkpoint/state-file.ts";
import { createPipeline, type Pipeline, type PipelineOptions } from "../../../../exporters/flow-exporter/pipeline.ts";
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

  async write(pieces: Iterable<string>): Promise<void> {
    if (this.full) throw new Error("ENOSPC: no space left on device");
    this.text = [...pieces].join("");
  }

  setAside(): string {
    this.aside = this.text;
    this.text = undefined;
    return "aside";
  }
}

/** What an exporter does cycle by cycle, without its clock and its port. To kill it is to make another. */
export class Running {
  readonly pipeline: Pipeline;
  readonly warnings: unknown[] = [];
  readonly #kernel: Kernel;

  constructor(
    kernel: Kernel,
    disk: Disk | undefined,
    limits: EdgeLimits = { maxEdges: 100, maxPorts: 64 },
    options: Pick<PipelineOptions, "onEnded" | "sources"> = {},
  ) {
    const log = Object.assign(Object.create(silent), { warn: (line: unknown) => void this.warnings.push(line) });
    const docker = { list: async () => [], overlays: async () => [], watch: async () => {} };
    this.#kernel = kernel;
    this.pipeline = createPipeline(
      { tracer: kernel, docker, host: kernel.host(), state: disk },
      { limits, udp: false, ownPid: process.pid, onClockStep: () => {}, ...options },
      log,
    );
  }

  /** One cycle, a second after the one before. */
  async cycle(seconds = 1): Promise<void> {
    const { collector, checkpoint } = this.pipeline;
    this.#kernel.pass(seconds);
    collector.collect();
    await checkpoint.keep(this.#kernel.nowNs / 1e6);
  }

  /** The sums over all edges, those that have left among them; `sizes` without these. */
  sums() {
    const { totals } = this.pipeline;
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
