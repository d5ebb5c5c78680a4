import { hash } from "node:crypto";
import type { HubbleFlow } from "../../model/hubble-flow.ts";

/** At 20,000 events a second, the last one and a half seconds. */
const KEPT = 32_768;
/** Events of many servers come in no strict order. */
const BACK_MS = 1_000;
/** After a reconnect, events that are so much younger than the last one before it cannot have been told twice. */
const AHEAD_MS = 2_000;
/** Longer than an id is, and than what stands for one as a rule: it is kept 32,768 times. */
const MAX_KEY_CHARS = 128;

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

  /**
   * Whether an event is told for the first time. A time that is still to come is a lie, or of a clock that is ahead: it says
   * nothing of where the stream is, and who asks from there on would be told nothing until then.
   */
  isNew(flow: HubbleFlow, nowMs: number): boolean {
    const key = keyOf(flow);
    if (this.#told?.has(key)) return false;
    const isAhead = flow.timeMs > nowMs;
    if (!isAhead && flow.timeMs > this.#untilMs) this.#told = undefined;
    this.#keys[this.#next] = key;
    this.#next = (this.#next + 1) % KEPT;
    this.#lastMs = Math.max(this.#lastMs, isAhead ? nowMs : flow.timeMs);
    return true;
  }
}

function keyOf(flow: HubbleFlow): string {
  const key = flow.uuid === "" ? madeKey(flow) : flow.uuid;
  return key.length <= MAX_KEY_CHARS ? key : hash("sha256", key);
}

/** An old server's events have no id of their own. */
function madeKey({ timeMs, nodeName, sourceAddress, destinationAddress, l4, eventType, summary }: HubbleFlow): string {
  const ports = `${l4?.sourcePort} ${l4?.destinationPort}`;
  return `${timeMs} ${nodeName} ${sourceAddress} ${destinationAddress} ${ports} ${eventType.type} ${eventType.subType} ${summary}`;
}
