import type { FlowDelta } from "../model/flow-delta.ts";
import type { EdgeTotal } from "./edge-total.ts";
import { RecentAmounts } from "./recent-amounts.ts";

const COUNTERS = ["sentBytes", "receivedBytes", "opened", "failed"] as const;

/** What goes over one edge just now. */
export interface EdgeRates {
  /** Growth of the edge's counters. */
  perSecond: Record<(typeof COUNTERS)[number], number>;
  /** The mean of what the kernel said in the same time; undefined: it said nothing. */
  rttSeconds: number | undefined;
}

/** How fast the counters of the edges grow. */
export class RatesOfEdges {
  readonly #recent = new RecentAmounts<EdgeTotal, (typeof COUNTERS)[number] | "rttSeconds" | "rtts">([
    ...COUNTERS,
    "rttSeconds",
    "rtts",
  ]);

  add(total: EdgeTotal, { sentBytes, receivedBytes, opened, failed, rttSeconds }: FlowDelta): void {
    const rtt = rttSeconds === undefined ? { rttSeconds: 0, rtts: 0 } : { rttSeconds, rtts: 1 };
    this.#recent.add(total, { sentBytes, receivedBytes, opened, failed, ...rtt });
  }

  endReading(nowMs: number): void {
    this.#recent.endReading(nowMs);
  }

  /** Undefined before the second reading. */
  of(total: EdgeTotal): EdgeRates | undefined {
    const perSecond = this.#recent.perSecond(total);
    if (!perSecond) return undefined;
    const { rttSeconds, rtts, ...counters } = perSecond;
    return { perSecond: counters, rttSeconds: rtts > 0 ? rttSeconds / rtts : undefined };
  }
}
