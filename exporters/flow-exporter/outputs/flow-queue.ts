import { setImmediate as nextTurn } from "node:timers/promises";
import type { FlowDelta } from "../model/flow-delta.ts";
import type { FlowSink } from "../model/flow-source.ts";
import { type Log, SourceHealth } from "../model/source-health.ts";

const MAX_WAITING = 10_000;
const MAX_BATCH = 1_000;

/** A sink that takes its time, such as a database or another program. */
export interface SlowSink {
  /** Of the sink's health, and a label of what it loses. */
  readonly name: string;
  /** Takes a batch, and is given the next one once this has settled. A batch that is rejected is lost. */
  write(deltas: readonly FlowDelta[]): Promise<void>;
}

/**
 * Stands between a reading and a slow sink. What has no room in the queue is dropped and counted, and a sink that fails or
 * hangs is named by its own health: neither delays the reading, or another sink. What waits is not in the checkpoint, so
 * an exporter that ends loses it; totals are added up in line for that reason.
 */
export class FlowQueue implements FlowSink {
  /** Deltas that had no room, or that the sink did not take. */
  dropped = 0;
  readonly health: SourceHealth;
  readonly #sink: SlowSink;
  readonly #maxWaiting: number;
  /** Those that the sink is taking now among them, at the front. */
  readonly #waiting: FlowDelta[] = [];
  #isDraining = false;

  constructor(sink: SlowSink, log: Log, maxWaiting = MAX_WAITING) {
    this.#sink = sink;
    this.health = new SourceHealth(sink.name, log);
    this.#maxWaiting = maxWaiting;
  }

  get name(): string {
    return this.#sink.name;
  }

  add(deltas: readonly FlowDelta[]): void {
    const room = this.#maxWaiting - this.#waiting.length;
    for (const delta of deltas.slice(0, room)) this.#waiting.push(delta);
    if (deltas.length > room) this.#drop(deltas.length - room, `its queue is full: ${this.#maxWaiting} deltas wait`);
    if (!this.#isDraining) void this.#drain();
  }

  apply(deltas: readonly FlowDelta[]): void {
    this.add(deltas);
  }

  /** Never rejects. */
  async #drain(): Promise<void> {
    this.#isDraining = true;
    while (this.#waiting.length > 0) {
      // Whatever the sink does before its first await is no part of the cycle either.
      await nextTurn();
      await this.#writeNext();
    }
    this.#isDraining = false;
  }

  /** A queue that was full has recovered once it is empty; before that, it would be full again with the next reading. */
  async #writeNext(): Promise<void> {
    const batch = this.#waiting.slice(0, MAX_BATCH);
    try {
      await this.#sink.write(batch);
      if (batch.length === this.#waiting.length) this.health.succeed();
    } catch (error) {
      this.#drop(batch.length, error);
    }
    this.#waiting.splice(0, batch.length);
  }

  #drop(count: number, reason: unknown): void {
    this.dropped += count;
    this.health.fail(reason);
  }
}
