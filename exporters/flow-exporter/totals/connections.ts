import type { Connected, Flow } from "../join/flow.ts";
import type { EdgeTotal } from "./edge-total.ts";

/** Established flows, counted at their edge's total, or at one that stands for many edges. */
export class Connections {
  /** By the key of the flows' own edge. */
  readonly #byEdge = new Map<string, Connected>();

  /** Makes a flow one of the connections of `total`, or of none. */
  set(flow: Flow, total: EdgeTotal | undefined): void {
    const { edge, connected: before } = flow;
    const now = edge && total && this.#at(edge.key, total);
    if (now === before) return;
    flow.connected = now;
    if (now) count(now, 1);
    if (!before) return;
    count(before, -1);
    if (before.connections === 0) this.#byEdge.delete(before.key);
  }

  /** Where the connections of an edge are counted; undefined: it has none. */
  totalOf(key: string): Connected["total"] | undefined {
    return this.#byEdge.get(key)?.total;
  }

  /** What is counted at `from` is counted at `to` from now on. */
  move(from: EdgeTotal, to: EdgeTotal): void {
    if (from.connections === 0) return;
    for (const connected of this.#byEdge.values()) if (connected.total === from) moveOne(connected, to);
  }

  #at(key: string, total: EdgeTotal): Connected {
    const known = this.#byEdge.get(key);
    if (known) {
      moveOne(known, total);
      return known;
    }
    const made = { key, total, connections: 0 };
    this.#byEdge.set(key, made);
    return made;
  }
}

function count(connected: Connected, connections: 1 | -1): void {
  connected.connections += connections;
  connected.total.connections += connections;
}

function moveOne(connected: Connected, to: EdgeTotal): void {
  connected.total.connections -= connected.connections;
  to.connections += connected.connections;
  connected.total = to;
}
