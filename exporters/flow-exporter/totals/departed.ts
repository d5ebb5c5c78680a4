import type { Edge } from "../model/edge.ts";
import { addCounters, createCounters, type EdgeCounters, type EdgeTotal } from "./edge-total.ts";

/** Two scrapes: the last of what an edge counted is to be seen before its series end. */
const SHOWN_MS = 10_000;
const REMEMBERED_MS = 60 * 60 * 1000;
/** Of the edges that have series: so many may be on their way out besides. */
const MAX_LEAVING = 0.1;

type ByProtocol = Record<Edge["protocol"], EdgeCounters>;

export interface DepartedState {
  remembered: EdgeTotal[];
  forgotten: ByProtocol;
}

/**
 * Edges that have left: shown a little longer where they were in use, then remembered for an hour, so that one that
 * comes back goes on where it was; then only their sums are kept. Nothing that was counted is lost.
 */
export class Departed {
  readonly #most: number;
  readonly #onForgotten: (total: EdgeTotal) => void;
  readonly #leaving = new Map<string, { total: EdgeTotal; sinceMs: number }>();
  readonly #remembered = new Map<string, EdgeTotal>();
  readonly #forgotten: ByProtocol = { tcp: createCounters(), udp: createCounters() };

  /** Remembers at most `most`. */
  constructor(most: number, onForgotten: (total: EdgeTotal) => void) {
    this.#most = most;
    this.#onForgotten = onForgotten;
  }

  has(key: string): boolean {
    return this.#leaving.has(key) || this.#remembered.has(key);
  }

  add(total: EdgeTotal, nowMs: number): void {
    this.#leaving.set(total.edge.key, { total, sinceMs: nowMs });
    if (nowMs - total.lastActiveMs >= SHOWN_MS) this.#retire(total);
    const [[, first] = []] = this.#leaving;
    if (first && this.#leaving.size > Math.ceil(this.#most * MAX_LEAVING)) this.#retire(first.total);
  }

  /** As `add`, for one that need not be shown any more. */
  remember(total: EdgeTotal): void {
    this.#remembered.set(total.edge.key, total);
    const [first] = this.#remembered.values();
    if (first && this.#remembered.size > this.#most) this.#expireOne(first);
  }

  /** Only its sums stay. */
  #expireOne(total: EdgeTotal): void {
    this.#remembered.delete(total.edge.key);
    addCounters(this.#forgotten[total.edge.protocol], total);
    this.#onForgotten(total);
  }

  /** One that comes back. */
  take(key: string): EdgeTotal | undefined {
    const total = this.#leaving.get(key)?.total ?? this.#remembered.get(key);
    this.#leaving.delete(key);
    this.#remembered.delete(key);
    return total;
  }

  /** To be called with every read. */
  expire(nowMs: number): void {
    for (const { total, sinceMs } of this.#leaving.values()) if (nowMs - sinceMs >= SHOWN_MS) this.#retire(total);
    for (const total of this.#remembered.values()) {
      if (nowMs - total.lastActiveMs > REMEMBERED_MS) this.#expireOne(total);
    }
  }

  /** Those that are still shown. */
  *[Symbol.iterator](): Generator<EdgeTotal> {
    for (const { total } of this.#leaving.values()) yield total;
  }

  /** Sums over all that are not shown any more. */
  get sums(): ByProtocol {
    const sums = { tcp: { ...this.#forgotten.tcp }, udp: { ...this.#forgotten.udp } };
    for (const total of this.#remembered.values()) addCounters(sums[total.edge.protocol], total);
    return sums;
  }

  /** Without those that are still shown. */
  get state(): DepartedState {
    return { remembered: [...this.#remembered.values()], forgotten: this.#forgotten };
  }

  /** Goes on from what an earlier exporter had. */
  restore({ remembered, forgotten }: DepartedState): void {
    for (const protocol of ["tcp", "udp"] as const) addCounters(this.#forgotten[protocol], forgotten[protocol]);
    for (const total of remembered) this.remember(total);
  }

  #retire(total: EdgeTotal): void {
    this.#leaving.delete(total.edge.key);
    this.remember(total);
  }
}
