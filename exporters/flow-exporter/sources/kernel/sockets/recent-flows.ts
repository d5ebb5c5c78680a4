import type { FlowRecord } from "../../../model/flow-record.ts";

/**
 * The flows that ended last, oldest first. Those that failed have room of their own: few as they are, they would be
 * gone with the next look-ups or brief connections, before anybody could see why they failed.
 */
export class RecentFlows {
  readonly #ended: Ring;
  readonly #failed: Ring;

  constructor(most: { ended: number; failed: number }) {
    this.#ended = new Ring(most.ended);
    this.#failed = new Ring(most.failed);
  }

  add(flow: FlowRecord): void {
    (flow.failed ? this.#failed : this.#ended).add(flow);
  }

  /** First those that were established, then those that failed. */
  *[Symbol.iterator](): Generator<FlowRecord> {
    yield* this.#ended;
    yield* this.#failed;
  }
}

class Ring {
  readonly #flows: FlowRecord[] = [];
  readonly #most: number;
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(flow: FlowRecord): void {
    this.#flows[this.#next] = flow;
    this.#next = (this.#next + 1) % this.#most;
  }

  *[Symbol.iterator](): Generator<FlowRecord> {
    yield* this.#flows.slice(this.#next);
    yield* this.#flows.slice(0, this.#next);
  }
}
