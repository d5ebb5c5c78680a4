import { createEdge, type Edge, MANY_PORTS } from "../model/edge.ts";
import { type EdgeTotal, hasWorked } from "./edge-total.ts";

/**
 * Which ports of two endpoints have edges of their own: at most `most` for each protocol, all others are one edge to
 * the port `~many`. A port keeps its place until it expires, though its edge may have left before: else a scan
 * would make new edges as fast as those of failed connects leave.
 */
export class Ports {
  readonly #most: number;
  /** Edges that hold a place, by their pair of endpoints. */
  readonly #pairs = new Map<string, Map<string, EdgeTotal>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether there is a place for this edge, or it has one; the one of all the others takes none. */
  hasPlace(edge: Edge): boolean {
    if (edge.destinationPort === MANY_PORTS) return true;
    const pair = this.#pairs.get(pairOf(edge));
    return !pair || pair.size < this.#most || pair.has(edge.key);
  }

  hold(total: EdgeTotal): void {
    const { edge } = total;
    if (edge.destinationPort === MANY_PORTS) return;
    const pair = this.#pairs.get(pairOf(edge));
    if (pair) pair.set(edge.key, total);
    else this.#pairs.set(pairOf(edge), new Map([[edge.key, total]]));
  }

  release({ edge }: EdgeTotal): void {
    const pair = this.#pairs.get(pairOf(edge));
    pair?.delete(edge.key);
    if (pair?.size === 0) this.#pairs.delete(pairOf(edge));
  }

  /** One of this edge's pair that never worked: a port that does is worth more. */
  failingBeside(edge: Edge): EdgeTotal | undefined {
    for (const total of this.#pairs.get(pairOf(edge))?.values() ?? []) if (!hasWorked(total)) return total;
    return undefined;
  }
}

/** The edge of all ports that have none of their own. */
export function manyPorts({ source, destination, protocol }: Edge): Edge {
  return createEdge(source, destination, MANY_PORTS, protocol);
}

/** Names hold no line break. */
function pairOf({ source, destination, protocol }: Edge): string {
  return `${source.name}\n${destination.name}\n${protocol}`;
}
