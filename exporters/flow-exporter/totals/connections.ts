import type { EdgeTotal } from "./edge-total.ts";

/** Where the established flows of one edge are counted. */
interface Connected {
  total: EdgeTotal;
  connections: number;
}

/** Established flows, counted at their edge's total, or at one that stands for many edges. */
export class Connections {
  /** By the key of the flows' own edge. */
  readonly #byEdge = new Map<string, Connected>();

  /** An edge counts at `total` from now on, and has so many established flows more, or fewer. */
  add(key: string, total: EdgeTotal, change: number): void {
    const connected = this.#byEdge.get(key) ?? { total, connections: 0 };
    if (connected.total !== total) moveOne(connected, total);
    connected.connections += change;
    total.connections += change;
    if (connected.connections === 0) this.#byEdge.delete(key);
    else this.#byEdge.set(key, connected);
  }

  /** An edge has fewer established flows, by `change`, wherever they are counted. */
  leave(key: string, change: number): void {
    const total = this.totalOf(key);
    if (total) this.add(key, total, change);
  }

  /** Where the connections of an edge are counted; undefined: it has none. */
  totalOf(key: string): EdgeTotal | undefined {
    return this.#byEdge.get(key)?.total;
  }

  /** What is counted at `from` is counted at `to` from now on. */
  move(from: EdgeTotal, to: EdgeTotal): void {
    if (from.connections === 0) return;
    for (const connected of this.#byEdge.values()) if (connected.total === from) moveOne(connected, to);
  }
}

function moveOne(connected: Connected, to: EdgeTotal): void {
  connected.total.connections -= connected.connections;
  to.connections += connected.connections;
  connected.total = to;
}
