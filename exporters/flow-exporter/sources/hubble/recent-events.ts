import type { HubbleFlow } from "../../model/hubble-flow.ts";

/** At 20,000 events a second, the last one and a half seconds. */
const KEPT = 32_768;
/** Events of many servers come in no strict order. */
const BACK_MS = 1_000;
/** After a reconnect, events that are so much younger than the last one before it cannot have been told twice. */
const AHEAD_MS = 2_000;

/**
 * Which events have been told, so that a stream that breaks off can be asked for from there on: a little before the last
 * event, without those that have been told already.
 */
export class RecentEvents {
  readonly #keys: string[] = [];
  #next = 0;
  #lastMs = 0;
  #told: ReadonlySet<string> | undefined;
  #untilMs = 0;

  /** From when on to ask; undefined: nothing has been told yet. */
  get sinceMs(): number | undefined {
    return this.#lastMs === 0 ? undefined : this.#lastMs - BACK_MS;
  }

  /** A stream begins, from `sinceMs` on. */
  begin(): void {
    this.#told = this.#lastMs === 0 ? undefined : new Set(this.#keys);
    this.#untilMs = this.#lastMs + AHEAD_MS;
  }

  /** Whether an event is told for the first time. */
  isNew(flow: HubbleFlow): boolean {
    const key = keyOf(flow);
    if (this.#told?.has(key)) return false;
    if (flow.timeMs > this.#untilMs) this.#told = undefined;
    this.#keys[this.#next] = key;
    this.#next = (this.#next + 1) % KEPT;
    if (flow.timeMs > this.#lastMs) this.#lastMs = flow.timeMs;
    return true;
  }
}

/** An old server's events have no id of their own. */
function keyOf({
  uuid,
  timeMs,
  nodeName,
  sourceAddress,
  destinationAddress,
  l4,
  eventType,
  summary,
}: HubbleFlow): string {
  if (uuid !== "") return uuid;
  const ports = `${l4?.sourcePort} ${l4?.destinationPort}`;
  return `${timeMs} ${nodeName} ${sourceAddress} ${destinationAddress} ${ports} ${eventType.type} ${eventType.subType} ${summary}`;
}
