import type { Endpoint } from "../model/endpoint.ts";
import type { EdgeTotal } from "./edge-total.ts";
import { shareOf } from "./shares.ts";

/** An edge that brought nothing for so long may make way for one of a source that has as much as its own. */
const QUIET_MS = 10_000;

/** Edges of one source by their keys, the least recently used first. */
type OfSource = Map<string, EdgeTotal>;

/** The edges of those who share a share. */
interface Share {
  size: number;
  sources: Map<string, OfSource>;
}

/** The edges that have series of their own, at most `most`. A full table is shared fairly among the sources. */
export class EdgeTable {
  readonly #most: number;
  readonly #byKey = new Map<string, EdgeTotal>();
  readonly #shares = new Map<string, Share>();

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#byKey.size >= this.#most;
  }

  get(key: string): EdgeTotal | undefined {
    return this.#byKey.get(key);
  }

  add(total: EdgeTotal): void {
    const { key, source } = total.edge;
    const share = this.#shares.get(shareOf(source)) ?? { size: 0, sources: new Map() };
    const ofSource = share.sources.get(source.name) ?? new Map();
    this.#byKey.set(key, total);
    this.#shares.set(shareOf(source), share);
    share.sources.set(source.name, ofSource.set(key, total));
    share.size += 1;
  }

  /** One that is in it. */
  remove({ edge: { key, source } }: EdgeTotal): void {
    const share = this.#shares.get(shareOf(source));
    const ofSource = share?.sources.get(source.name);
    this.#byKey.delete(key);
    if (!share || !ofSource?.delete(key)) return;
    share.size -= 1;
    if (ofSource.size === 0) share.sources.delete(source.name);
    if (share.size === 0) this.#shares.delete(shareOf(source));
  }

  /** Whether it has any. */
  has(source: Endpoint): boolean {
    return this.#ofSource(source) !== undefined;
  }

  /** Those that were added last are the least recently used. */
  reverse(): void {
    for (const total of [...this.#byKey.values()].reverse()) {
      this.remove(total);
      this.add(total);
    }
  }

  /** One of them has something new. */
  use(total: EdgeTotal, nowMs: number): void {
    if (total.lastActiveMs === nowMs) return;
    total.lastActiveMs = nowMs;
    const { key, source } = total.edge;
    const ofSource = this.#ofSource(source);
    if (ofSource?.delete(key)) ofSource.set(key, total);
  }

  /**
   * Whose place an edge of `source` may take; undefined: nobody's. It is the least recently used one of those who have
   * most. Those who have less by two or more take it at once; a source that has none, unless it is in use; others only
   * when it has been quiet for a while, so that a source which floods does not exchange its edges all the time.
   */
  rivalOf(source: Endpoint, nowMs: number): EdgeTotal | undefined {
    const rival = this.#leastUsed();
    if (!rival || this.#hasLess(source, rival.edge.source)) return rival;
    const quietMs = this.has(source) ? QUIET_MS : 1;
    return rival.connections === 0 && nowMs - rival.lastActiveMs >= quietMs ? rival : undefined;
  }

  [Symbol.iterator](): Iterator<EdgeTotal> {
    return this.#byKey.values();
  }

  #ofSource(source: Endpoint): OfSource | undefined {
    return this.#shares.get(shareOf(source))?.sources.get(source.name);
  }

  #hasLess(one: Endpoint, other: Endpoint): boolean {
    const [share, otherShare] = [this.#shares.get(shareOf(one)), this.#shares.get(shareOf(other))];
    const [size, otherSize] =
      share === otherShare ? [this.#ofSource(one)?.size, this.#ofSource(other)?.size] : [share?.size, otherShare?.size];
    return (size ?? 0) + 1 < (otherSize ?? 0);
  }

  #leastUsed(): EdgeTotal | undefined {
    let least: EdgeTotal | undefined;
    for (const { sources } of largest(this.#shares)) {
      for (const edges of largest(sources)) {
        const one = leastUsedOf(edges);
        if (one && (!least || isLessUsed(one, least))) least = one;
      }
    }
    return least;
  }
}

/** All that are as large as the largest. */
function* largest<Sized extends { size: number }>(all: ReadonlyMap<string, Sized>): Generator<Sized> {
  let most = 0;
  for (const { size } of all.values()) most = Math.max(most, size);
  for (const one of all.values()) if (one.size === most) yield one;
}

function leastUsedOf(edges: OfSource): EdgeTotal | undefined {
  for (const total of edges.values()) if (total.connections === 0) return total;
  const [first] = edges.values();
  return first;
}

function isLessUsed(one: EdgeTotal, other: EdgeTotal): boolean {
  const [inUse, otherInUse] = [one.connections > 0, other.connections > 0];
  return inUse === otherInUse ? one.lastActiveMs < other.lastActiveMs : otherInUse;
}
