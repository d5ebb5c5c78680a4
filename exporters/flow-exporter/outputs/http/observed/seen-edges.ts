import type { Edge } from "../../../model/edge.ts";
import type { Endpoint } from "../../../model/endpoint.ts";
import type { ObservedEdge } from "../../../model/observed-edge.ts";
import type { EdgeTotal } from "../../../totals/edge-total.ts";
import { answersTurned } from "./turned.ts";

/** What is counted here, from the kernel's rows or those of another tracer. */
export const OWN_ORIGIN = "kernel";

/** An edge, and who has seen it: this exporter, others, or both. */
export interface SeenEdge {
  source: Endpoint;
  destination: Endpoint;
  /** 0: nobody tells it. */
  destinationPort: Edge["destinationPort"];
  protocol: string;
  /** What is counted here; undefined: only others have seen it. */
  total: EdgeTotal | undefined;
  observed: readonly ObservedEdge[];
}

/** Which of them are asked for; undefined: all. */
export interface SeenBy {
  origin?: string | undefined;
  verdict?: string | undefined;
}

/** Edges with what others say of the same; what others alone have seen comes after them. */
export function seenEdges(totals: readonly EdgeTotal[], observed: Iterable<ObservedEdge>): SeenEdge[] {
  const seen = totals.map(ownEdge);
  const told = [...observed];
  if (told.length === 0) return seen;
  const places = new Places(seen);
  for (const edge of answersTurned(told, (...ends) => places.isClient(...ends))) places.take(edge);
  return places.edges;
}

export function isSeenBy(edge: SeenEdge, { origin, verdict }: SeenBy): boolean {
  if (origin !== undefined && !originsOf(edge).includes(origin)) return false;
  return verdict === undefined || edge.observed.some(({ verdicts }) => (verdicts.get(verdict) ?? 0) > 0);
}

export function originsOf({ total, observed }: SeenEdge): string[] {
  return [...new Set([...(total ? [OWN_ORIGIN] : []), ...observed.map(({ origin }) => origin)])];
}

interface Taken extends SeenEdge {
  observed: ObservedEdge[];
}

/** Where what others say belongs. */
class Places {
  readonly edges: Taken[];
  readonly #byKey = new Map<string, Taken>();
  /** By both ends and protocol: the edges at each port. */
  readonly #byEnds = new Map<string, Taken[]>();

  constructor(own: readonly SeenEdge[]) {
    this.edges = own.map((edge) => ({ ...edge, observed: [] }));
    for (const edge of this.edges) this.#add(edge);
  }

  isClient(source: string, destination: string, protocol: string): boolean {
    return this.#byEnds.has(endsKey(source, destination, protocol));
  }

  take(told: ObservedEdge): void {
    const place = this.#placeOf(told);
    if (place) {
      place.observed.push(told);
      return;
    }
    const { source, destination, destinationPort, protocol } = told;
    const edge: Taken = { source, destination, destinationPort, protocol, total: undefined, observed: [told] };
    this.edges.push(edge);
    this.#add(edge);
  }

  /** One without a port is that of the only port there is. */
  #placeOf({ source, destination, destinationPort, protocol }: ObservedEdge): Taken | undefined {
    const ends = endsKey(source.name, destination.name, protocol);
    const same = this.#byKey.get(`${ends}\n${destinationPort}`);
    if (same || destinationPort !== 0) return same;
    const [only, ...others] = this.#byEnds.get(ends) ?? [];
    return others.length === 0 ? only : undefined;
  }

  #add(edge: Taken): void {
    const ends = endsKey(edge.source.name, edge.destination.name, edge.protocol);
    this.#byKey.set(`${ends}\n${edge.destinationPort}`, edge);
    const beside = this.#byEnds.get(ends);
    if (beside) beside.push(edge);
    else this.#byEnds.set(ends, [edge]);
  }
}

function endsKey(source: string, destination: string, protocol: string): string {
  return `${source}\n${destination}\n${protocol}`;
}

function ownEdge(total: EdgeTotal): SeenEdge {
  const { source, destination, destinationPort, protocol } = total.edge;
  return { source, destination, destinationPort, protocol, total, observed: [] };
}
