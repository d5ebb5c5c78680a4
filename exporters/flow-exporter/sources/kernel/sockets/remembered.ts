import type { FlowRows } from "../rows/flow-rows.ts";
import { isSame } from "./flow-socket.ts";
import type { Counted, Identity } from "./shapes.ts";

const KEPT_NS = 300e9;
const MAX_KEPT = 200_000;

/** A socket that is not seen now, and what has been handed on of its flow. */
export interface Memory extends Identity {
  counted: Counted;
}

/**
 * Sockets that may show again: those of an exporter that ended, and those a tracer that started anew has not found yet.
 * Their counters go on where they were, so that nothing counts twice.
 */
export class Remembered {
  /** By key; one socket can have connected again meanwhile. */
  readonly #memories = new Map<number, (Memory & { untilNs: number })[]>();

  add({ key, ports, startNs, counted }: Memory, nowNs: number): void {
    const known = this.#memories.get(key);
    if (!known && this.#memories.size >= MAX_KEPT) return;
    const memory = { key, ports, startNs, counted, untilNs: nowNs + KEPT_NS };
    if (known) known.push(memory);
    else this.#memories.set(key, [memory]);
  }

  /** How many sockets, or a few less: one can have connected again. */
  get size(): number {
    return this.#memories.size;
  }

  /** Whether the connection in row `index` is one of them. */
  has(rows: FlowRows, index: number): boolean {
    return this.#memories.get(rows.key(index))?.some((one) => isSame(one, rows, index)) ?? false;
  }

  /** The connection in row `index`, which from now on is the caller's to remember. */
  take(rows: FlowRows, index: number): Memory | undefined {
    if (this.#memories.size === 0) return undefined;
    const key = rows.key(index);
    const known = this.#memories.get(key) ?? [];
    const memory = known.find((one) => isSame(one, rows, index));
    if (memory)
      this.#replace(
        key,
        known.filter((one) => one !== memory),
      );
    return memory;
  }

  expire(nowNs: number): void {
    for (const [key, known] of this.#memories) {
      if (known.some(({ untilNs }) => untilNs < nowNs))
        this.#replace(
          key,
          known.filter(({ untilNs }) => untilNs >= nowNs),
        );
    }
  }

  clear(): void {
    this.#memories.clear();
  }

  *[Symbol.iterator](): Generator<Memory> {
    for (const known of this.#memories.values()) yield* known;
  }

  #replace(key: number, known: (Memory & { untilNs: number })[]): void {
    if (known.length > 0) this.#memories.set(key, known);
    else this.#memories.delete(key);
  }
}
