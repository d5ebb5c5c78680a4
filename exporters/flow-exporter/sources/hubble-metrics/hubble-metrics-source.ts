import { setTimeout as sleep } from "node:timers/promises";
import type { Container } from "../../model/container.ts";
import type { ObservedEdge } from "../../model/observed-edge.ts";
import type { SourceHealth } from "../../model/source-health.ts";
import { toldEndpoints } from "../../naming/told.ts";
import { Counters } from "./counters.ts";
import { edgesOf, type ToldEdges } from "./edges.ts";
import { QUERY } from "./query.ts";
import type { MetricsReader } from "./reader.ts";
import { readSamples } from "./samples.ts";

/** As often as Prometheus has something new, as a rule. */
const EVERY_MS = 15_000;
/** Each takes about half a kilobyte. */
const MAX_COUNTERS = 20_000;

interface Parts {
  reader: MetricsReader;
  health: SourceHealth;
  /** Those that run here. */
  containers(): Iterable<Container>;
  maxEdges: number;
  maxCounters?: number;
  /** Milliseconds of a clock that only goes forward, and since 1970. */
  now?(): number;
  wallMs?(): number;
}

/** Who talks to whom by the metrics of Hubble's agents, as Prometheus has them. */
export class HubbleMetricsSource {
  readonly health: SourceHealth;
  readonly #parts: Required<Parts>;
  readonly #counters: Counters;
  #edges: readonly ObservedEdge[] = [];
  #askedMs: number | undefined;
  /** The last question was answered. */
  #isFresh = false;

  constructor(parts: Parts) {
    this.health = parts.health;
    this.#parts = {
      maxCounters: MAX_COUNTERS,
      now: () => performance.now(),
      wallMs: () => Date.now(),
      ...parts,
    };
    this.#counters = new Counters(this.#parts.maxCounters);
  }

  /** Edges as of the last answer; while Prometheus is away nobody knows what goes over them just now. */
  *observed(): Iterable<ObservedEdge> {
    for (const edge of this.#edges) yield this.#isFresh ? edge : { ...edge, perSecond: undefined };
  }

  /** Asks again and again, until the signal. Never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.ask(signal);
      await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Takes one answer. Never rejects: what fails shows in the health. */
  async ask(signal: AbortSignal): Promise<void> {
    try {
      const { samples, bad } = readSamples(await this.#parts.reader.ask(QUERY, signal));
      if (samples.length === 0) throw new Error("Prometheus has no metrics of Hubble: see docs/hubble-metrics.md");
      const nowMs = this.#parts.now();
      const without = this.#counters.take(samples, nowMs);
      const told = this.#told(nowMs);
      this.#edges = told.edges;
      this.#isFresh = true;
      const reasons = reasonsOf(told, bad, without);
      if (reasons.length > 0) this.health.fail(reasons.join("; "));
      else this.health.succeed();
    } catch (error) {
      this.#isFresh = false;
      if (!signal.aborted) this.health.fail(error);
    }
  }

  #told(nowMs: number): ToldEdges {
    const { containers, maxEdges, wallMs } = this.#parts;
    const seconds = this.#askedMs === undefined ? undefined : (nowMs - this.#askedMs) / 1_000;
    this.#askedMs = nowMs;
    const offset = wallMs() - nowMs;
    return edgesOf(this.#counters, {
      endpointOf: toldEndpoints(containers()),
      most: maxEdges,
      seconds,
      wallMs: (ms) => ms + offset,
    });
  }
}

/** What of the metrics could not be shown; without numbers, since the log has a line for each reason that differs from the last. */
function reasonsOf({ edges, withoutEnds, leftOut }: ToldEdges, bad: number, without: number): string[] {
  return [
    ...(bad > 0 ? ["series are left out, as they make no sense"] : []),
    ...(without > 0 ? [`series are left out: there is room for ${MAX_COUNTERS}`] : []),
    ...(leftOut > 0 ? ["edges are left out: there is room for FLOW_MAX_EDGES"] : []),
    ...(withoutEnds > 0 && edges.length === 0
      ? ["Hubble's metrics do not say who talks to whom: switch on sourceContext and destinationContext"]
      : []),
  ];
}
