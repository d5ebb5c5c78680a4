import type { Status } from "../decode/status-row.ts";

/** What the kernel side had no room for, by where it was lost. */
export interface Losses {
  /** Sockets that got no storage, or that a read of all sockets had no room for. */
  live: number;
  /** Closed flows the ring had no room for. */
  closed: number;
  /** State changes that no program saw. */
  events: number;
  /** Datagrams that got no flow. */
  udp: number;
}

type Counts = Pick<Status, "liveLost" | "storageLost" | "closedLost" | "missedEvents" | "udpLost">;

export interface LossesState {
  total: Losses;
  /** The tracer's own counts that are in it. */
  seen: Counts;
}

const NOTHING: LossesState = {
  total: { live: 0, closed: 0, events: 0, udp: 0 },
  seen: { liveLost: 0, storageLost: 0, closedLost: 0, missedEvents: 0, udpLost: 0 },
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

  add({ liveLost, storageLost, closedLost, missedEvents, udpLost }: Counts): void {
    const { total, seen } = this.#state;
    this.#state = {
      total: {
        // A lasting shortage of room counts once, not with every read.
        live: total.live + Math.max(0, liveLost - seen.liveLost) + since(seen.storageLost, storageLost),
        closed: total.closed + since(seen.closedLost, closedLost),
        events: total.events + since(seen.missedEvents, missedEvents),
        udp: total.udp + since(seen.udpLost, udpLost),
      },
      seen: { liveLost, storageLost, closedLost, missedEvents, udpLost },
    };
  }
}

function since(before: number, now: number): number {
  return now < before ? now : now - before;
}
