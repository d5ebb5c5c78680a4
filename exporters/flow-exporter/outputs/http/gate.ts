import type { ServerResponse } from "node:http";

/** Lets so many answers be given at once: each may take as much memory as all flows do. */
export class Gate {
  readonly #most: number;
  #inside = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes `response` in until it is over, and not at all if it is already; returns false when others are before it. */
  enter(response: ServerResponse): boolean {
    // Whoever left before their turn has been told so: no second word will come that they are gone.
    if (response.closed || response.destroyed) return true;
    if (this.#inside >= this.#most) return false;
    this.#inside += 1;
    response.once("close", () => (this.#inside -= 1));
    return true;
  }
}
