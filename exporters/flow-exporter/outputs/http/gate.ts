import type { ServerResponse } from "node:http";

/** Lets so many answers be given at once: each may take as much memory as all flows do. */
export class Gate {
  readonly #most: number;
  #inside = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes `response` in until it is over; returns false when others are before it. */
  enter(response: ServerResponse): boolean {
    if (this.#inside >= this.#most) return false;
    this.#inside += 1;
    response.once("close", () => (this.#inside -= 1));
    return true;
  }
}
