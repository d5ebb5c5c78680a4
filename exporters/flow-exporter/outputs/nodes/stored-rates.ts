import type { EdgeReading, StoredCounters, StoredEdge } from "../../model/stored-edge.ts";

/** Nodes write every ten seconds: in less time than that some would have written, and others not. */
const LEAST_MS = 9_000;
/** Rates are means over this time at most, or over the time between two readings, where that is longer. */
const WINDOW_MS = 30_000;
/** What is older says nothing of now. */
const MAX_AGE_MS = 120_000;
/** Where nothing can be compared, the rates of before are those of now for so long. */
const HELD_MS = 60_000;

const COUNTERS = ["sentBytes", "receivedBytes", "opened", "failed"] as const;

/** What an edge has counted as of a reading; nothing, where it was not in that yet. */
type Counted = Pick<StoredEdge, keyof StoredCounters | "young" | "olderFlows">;

interface Kept {
  nowMs: number;
  sinceMs: number;
  /** Nothing was left out of the reading. */
  whole: boolean;
  edges: ReadonlyMap<string, Counted>;
}

const NONE: StoredCounters = { sentBytes: 0, receivedBytes: 0, opened: 0, failed: 0 };
const NOTHING: Counted = { ...NONE, young: NONE, olderFlows: 0 };

/** How fast stored edges grow, from what they have counted in one reading and in an earlier one. */
export class StoredRates {
  /** The oldest first; all have the same flows in them, and those that came since. */
  #kept: readonly Kept[] = [];
  #rates: { ofMs: number; perSecond: ReadonlyMap<string, StoredCounters> } | undefined;

  /** Takes in the next reading. */
  add({ edges, leftOut, sinceMs, nowMs }: EdgeReading): void {
    const latest = { nowMs, sinceMs, whole: leftOut === 0, edges: new Map(edges.map((edge) => [keyOf(edge), edge])) };
    const same = this.#kept.filter((one) => one.sinceMs === sinceMs && nowMs - one.nowMs <= MAX_AGE_MS);
    const recent = same.filter((one) => nowMs - one.nowMs <= WINDOW_MS);
    const comparable = recent.length > 0 ? recent : same.slice(-1);
    this.#kept = [...comparable, latest];
    const [base] = comparable;
    if (base && nowMs - base.nowMs >= LEAST_MS) this.#rates = { ofMs: nowMs, perSecond: ratesBetween(base, latest) };
    else if (this.#rates && nowMs - this.#rates.ofMs > HELD_MS) this.#rates = undefined;
  }

  /** Undefined: not known, or not yet. */
  of(edge: StoredEdge): StoredCounters | undefined {
    return this.#rates?.perSecond.get(keyOf(edge));
  }
}

function ratesBetween(base: Kept, latest: Kept): Map<string, StoredCounters> {
  const seconds = (latest.nowMs - base.nowMs) / 1000;
  const rates = new Map<string, StoredCounters>();
  for (const [key, edge] of latest.edges) {
    const before = base.edges.get(key) ?? (base.whole ? NOTHING : undefined);
    if (!before) continue;
    const perSecond = COUNTERS.map((name) => [name, growthOf(name, before, edge) / seconds]);
    rates.set(key, Object.fromEntries(perSecond));
  }
  return rates;
}

/**
 * Of flows that have counted before they were in the readings, only while they are the same: what one brings along did not
 * come just now.
 */
function growthOf(name: keyof StoredCounters, before: Counted, now: Counted): number {
  const older = (one: Counted) => one[name] - one.young[name];
  const grown = now.olderFlows === before.olderFlows ? older(now) - older(before) : 0;
  return Math.max(0, now.young[name] - before.young[name]) + Math.max(0, grown);
}

/** Names hold no line break, so the key cannot be ambiguous. */
function keyOf({ source, destination, destinationPort, protocol }: StoredEdge): string {
  return [source.node, source.name, destination.node, destination.name, destinationPort, protocol].join("\n");
}
