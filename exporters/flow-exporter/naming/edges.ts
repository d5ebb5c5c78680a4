import type { Edge } from "../model/edge.ts";

const MAX_KEPT = 65_536;

/** One object for all flows of an edge. */
export class Edges {
  readonly #kept = new Map<string, Edge>();

  /** An edge that is the same in all, endpoints included. */
  one(edge: Edge): Edge {
    const known = this.#kept.get(edge.key);
    if (known && isSame(known, edge)) return known;
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(edge.key, edge);
    return edge;
  }
}

function isSame(one: Edge, other: Edge): boolean {
  return one.source === other.source && one.destination === other.destination;
}
