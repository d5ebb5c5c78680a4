import type { Metric } from "./query.ts";
import type { Labels, Sample } from "./samples.ts";

/** Longer than any scrape fails as a rule: a counter that comes back is the same one, and not all of it is new. */
const KEPT_MS = 3_600_000;

/** What a counter has counted, whatever became of its agent in between. */
export interface Counter {
  readonly metric: Metric;
  readonly labels: Labels;
  total: number;
  /** What the last answer brought. */
  grown: number;
  /** When it last grew, or was seen first. */
  grewMs: number;
  last: number;
  answeredMs: number;
}

/** The counters of all agents, through their restarts; at most `most`. */
export class Counters {
  readonly #most: number;
  readonly #known = new Map<string, Counter>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes one answer. Returns how many counters there was no room for. @param nowMs of a clock that only goes forward */
  take(samples: readonly Sample[], nowMs: number): number {
    let leftOut = 0;
    for (const counter of this.#known.values()) counter.grown = 0;
    for (const sample of samples) {
      const key = keyOf(sample);
      const known = this.#known.get(key);
      if (known) grow(known, sample.value, nowMs);
      else if (this.#known.size < this.#most) this.#known.set(key, createCounter(sample, nowMs));
      else leftOut += 1;
    }
    for (const [key, { answeredMs }] of this.#known) if (nowMs - answeredMs > KEPT_MS) this.#known.delete(key);
    return leftOut;
  }

  [Symbol.iterator](): Iterator<Counter> {
    return this.#known.values();
  }
}

function createCounter({ metric, labels, value }: Sample, nowMs: number): Counter {
  return { metric, labels, total: value, grown: 0, grewMs: nowMs, last: value, answeredMs: nowMs };
}

/** A counter that has fallen began anew, at nothing. */
function grow(counter: Counter, value: number, nowMs: number): void {
  const grown = value >= counter.last ? value - counter.last : value;
  counter.total += grown;
  counter.grown = grown;
  if (grown > 0) counter.grewMs = nowMs;
  counter.last = value;
  counter.answeredMs = nowMs;
}

function keyOf({ metric, labels }: Sample): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return [metric, ...pairs.flat()].join("\n");
}
