import type { Losses } from "../../../model/losses.ts";
import type { Status } from "../../../model/tracer-status.ts";

type Counts = Pick<Status, "liveLost" | "tableFull" | "closedLost" | "missedEvents" | "udpLost"> & {
  closedErased: number;
};

export interface LossesState {
  total: Losses;
  /** The tracer's own counts that are in it. */
  seen: Counts;
}

const NOTHING: LossesState = {
  total: { live: 0, closed: 0, erased: 0, events: 0, udp: 0 },
  seen: { liveLost: 0, tableFull: 0, closedLost: 0, closedErased: 0, missedEvents: 0, udpLost: 0 },
};

/** Losses summed over the tracer's lives: its own counts start over when it does. */
export class LostFlows {
  #state: LossesState;

  constructor(before: LossesState = NOTHING) {
    this.#state = before;
  }

  get state(): LossesState {
    return this.#state;
  }

  /** Another tracer counts from zero, even where it has lost more by now than the one before. */
  startOver(): void {
    this.#state = { total: this.#state.total, seen: NOTHING.seen };
  }

  /** Flows that were read, and can be counted no more. */
  addUnreadable(kind: "closed" | "udp", count: number): void {
    const { total, seen } = this.#state;
    this.#state = { seen, total: { ...total, [kind]: total[kind] + count } };
  }

  add({ liveLost, tableFull, closedLost, closedErased, missedEvents, udpLost }: Counts): void {
    const { total, seen } = this.#state;
    this.#state = {
      total: {
        // A lasting shortage of room counts once, not with every read.
        live: total.live + Math.max(0, liveLost - seen.liveLost) + since(seen.tableFull, tableFull),
        closed: total.closed + since(seen.closedLost, closedLost),
        erased: total.erased + since(seen.closedErased, closedErased),
        events: total.events + since(seen.missedEvents, missedEvents),
        udp: total.udp + since(seen.udpLost, udpLost),
      },
      seen: { liveLost, tableFull, closedLost, closedErased, missedEvents, udpLost },
    };
  }
}

function since(before: number, now: number): number {
  return now < before ? now : now - before;
}
