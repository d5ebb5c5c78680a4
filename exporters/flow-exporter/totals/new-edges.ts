import type { Edge } from "../model/edge.ts";
import { isMadeUpAtWill, shareOf } from "./shares.ts";

const HOUR_MS = 60 * 60 * 1000;

interface Budget {
  left: number;
  atMs: number;
}

/**
 * How many new edges each may have that are made up at will: those of failed connects, and of host processes, which
 * have any name. However few edges there are at a time, each new one costs Prometheus memory for hours.
 * Twice `perHour` at once, then `perHour` in an hour.
 */
export class NewEdges {
  readonly #perHour: number;
  /** Of those that have not all of it. */
  readonly #budgets = new Map<string, Budget>();

  constructor(perHour: number) {
    this.#perHour = perHour;
  }

  /** Whether there may be one more; `works`: it is not of a failed connect. */
  allows(edge: Edge, works: boolean, nowMs: number): boolean {
    return !isMadeUp(edge, works) || this.#leftOf(shareOf(edge.source), nowMs) >= 1;
  }

  /** There is one more. */
  count(edge: Edge, works: boolean, nowMs: number): void {
    const share = shareOf(edge.source);
    if (isMadeUp(edge, works)) this.#budgets.set(share, { left: this.#leftOf(share, nowMs) - 1, atMs: nowMs });
  }

  /** To be called with every read. */
  expire(nowMs: number): void {
    for (const share of this.#budgets.keys()) {
      if (this.#leftOf(share, nowMs) === 2 * this.#perHour) this.#budgets.delete(share);
    }
  }

  #leftOf(share: string, nowMs: number): number {
    const { left, atMs } = this.#budgets.get(share) ?? { left: 2 * this.#perHour, atMs: nowMs };
    return Math.min(2 * this.#perHour, left + ((nowMs - atMs) / HOUR_MS) * this.#perHour);
  }
}

function isMadeUp({ source, destination }: Edge, works: boolean): boolean {
  return !works || isMadeUpAtWill(source) || isMadeUpAtWill(destination);
}
