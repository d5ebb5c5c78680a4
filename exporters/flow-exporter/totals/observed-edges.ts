import { type Edge, MANY_PORTS } from "../model/edge.ts";
import { OTHER } from "../model/endpoint.ts";
import type { ObservedCounts, ObservedEdge } from "../model/observed-edge.ts";
import type { ObservedEnds } from "../model/observed-flow.ts";
import type { EdgeLimits } from "./edge-totals.ts";
import { ObservedSum } from "./observed-sum.ts";
import { RecentAmounts } from "./recent-amounts.ts";

/** An edge that nothing was told of for so long makes way for a new one where there is no room. */
const IDLE_MS = 600_000;

interface Total {
  ends: ObservedEnds;
  sum: ObservedSum;
}

/**
 * Events per edge as others tell of them, in bounds: ports of two endpoints beyond `maxPorts` are one, `~many`; edges beyond
 * `maxEdges` are one of each origin and protocol, `~other`. They are apart from the edges that are counted here, and hold
 * until the exporter ends.
 */
export class ObservedEdges {
  readonly #limits: EdgeLimits;
  /** By `keyOf`; the one that was told of last comes last. */
  readonly #totals = new Map<string, Total>();
  /** Likewise, those of `~other`. */
  readonly #others = new Map<string, Total>();
  /** How many ports of a pair have an edge of their own. */
  readonly #ports = new Map<string, number>();
  readonly #recent = new RecentAmounts<ObservedSum, "flows">(["flows"]);

  constructor(limits: EdgeLimits) {
    this.#limits = limits;
  }

  add(ends: ObservedEnds, counts: ObservedCounts): void {
    const { sum } = this.#totalOf(ends, counts.seenMs);
    sum.add(counts);
    this.#recent.add(sum, { flows: counts.flows });
  }

  /** What no edge is known of, by a source's own bounds. */
  addOther(origin: string, protocol: string, counts: ObservedCounts): void {
    const { sum } = this.#otherOf({ origin, protocol });
    sum.add(counts);
    this.#recent.add(sum, { flows: counts.flows });
  }

  /** Now and then: how fast they grow is known from one to the next. @param nowMs of a clock that only goes forward */
  endReading(nowMs: number): void {
    this.#recent.endReading(nowMs);
  }

  *[Symbol.iterator](): Generator<ObservedEdge> {
    for (const totals of [this.#totals, this.#others]) {
      for (const { ends, sum } of totals.values()) {
        const { flows, replies, verdicts, dropReasons, types, http, dns, seenMs } = sum;
        const perSecond = this.#recent.perSecond(sum)?.flows;
        yield { ...ends, flows, replies, verdicts, dropReasons, types, http, dns, seenMs, perSecond };
      }
    }
  }

  #totalOf(ends: ObservedEnds, nowMs: number): Total {
    return this.#use(ends) ?? this.#admit(ends, nowMs);
  }

  #use(ends: ObservedEnds): Total | undefined {
    const key = keyOf(ends);
    const known = this.#totals.get(key);
    if (!known) return undefined;
    this.#totals.delete(key);
    this.#totals.set(key, known);
    // What is known of an endpoint may have changed, not its name.
    known.ends = ends;
    return known;
  }

  #admit(wanted: ObservedEnds, nowMs: number): Total {
    const pair = pairOf(wanted);
    const isMany = (this.#ports.get(pair) ?? 0) >= this.#limits.maxPorts;
    const ends = isMany ? { ...wanted, destinationPort: MANY_PORTS as Edge["destinationPort"] } : wanted;
    const many = isMany ? this.#use(ends) : undefined;
    if (many) return many;
    if (this.#totals.size >= this.#limits.maxEdges && !this.#dropIdle(nowMs)) return this.#otherOf(wanted);
    const total = { ends, sum: new ObservedSum() };
    this.#totals.set(keyOf(ends), total);
    if (!isMany) this.#ports.set(pair, (this.#ports.get(pair) ?? 0) + 1);
    return total;
  }

  /** The one that was told of longest ago, if that is long enough. Returns whether there was one. */
  #dropIdle(nowMs: number): boolean {
    const [oldest] = this.#totals;
    if (!oldest || nowMs - oldest[1].sum.seenMs < IDLE_MS) return false;
    const [key, { ends }] = oldest;
    this.#totals.delete(key);
    if (ends.destinationPort === MANY_PORTS) return true;
    const pair = pairOf(ends);
    const left = (this.#ports.get(pair) ?? 1) - 1;
    if (left > 0) this.#ports.set(pair, left);
    else this.#ports.delete(pair);
    return true;
  }

  #otherOf({ origin, protocol }: Pick<ObservedEnds, "origin" | "protocol">): Total {
    const ends = { origin, source: OTHER, destination: OTHER, destinationPort: 0, protocol };
    const key = keyOf(ends);
    const known = this.#others.get(key) ?? { ends, sum: new ObservedSum() };
    this.#others.set(key, known);
    return known;
  }
}

/** Names hold no line break. */
function keyOf(ends: ObservedEnds): string {
  return `${pairOf(ends)}\n${ends.destinationPort}`;
}

function pairOf({ origin, source, destination, protocol }: ObservedEnds): string {
  return `${origin}\n${source.name}\n${destination.name}\n${protocol}`;
}
