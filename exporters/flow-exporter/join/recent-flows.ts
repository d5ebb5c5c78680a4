import type { Flow } from "./flow.ts";

/** The flows that ended last, oldest first; at most `most`. */
export class RecentFlows {
  readonly #flows: Flow[] = [];
  readonly #most: number;
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(flow: Flow): void {
    this.#flows[this.#next] = flow;
    this.#next = (this.#next + 1) % this.#most;
  }

  *[Symbol.iterator](): Iterator<Flow> {
    yield* this.#flows.slice(this.#next);
    yield* this.#flows.slice(0, this.#next);
  }
}
