import type { FlowDelta } from "../../../../exporters/flow-exporter/model/flow-delta.ts";
import type { SlowSink } from "../../../../exporters/flow-exporter/outputs/flow-queue.ts";

/** A sink that takes a batch when it is told to. */
export class FakeSink implements SlowSink {
  readonly name = "store";
  readonly taken: FlowDelta[] = [];
  /** Sizes of the batches that it was given. */
  readonly batches: number[] = [];
  /** What it fails with; undefined: it works. */
  fault: Error | undefined;
  #isHanging = false;
  #release = () => {};

  async write(deltas: readonly FlowDelta[]): Promise<void> {
    this.batches.push(deltas.length);
    if (this.#isHanging) await new Promise<void>((resolve) => (this.#release = resolve));
    if (this.fault) throw this.fault;
    this.taken.push(...deltas);
  }

  hang(): void {
    this.#isHanging = true;
  }

  goOn(): void {
    this.#isHanging = false;
    this.#release();
  }
}
