import type { HubbleFlow } from "../../../model/hubble-flow.ts";
import type { Facts, FromThread, ToThread } from "../messages.ts";

/** One cycle: before that nothing is new. */
const FRESH_MS = 1_000;
const MAX_HELD = 6;

/** What the thread knows of the exporter: it asks once for all who want to know at the same time. */
export class Exporter {
  readonly #post: (message: FromThread) => void;
  readonly #now: () => number;
  readonly #answers = new Map<number, (message: ToThread) => void>();
  /** Histories that clients are being told, and how many. */
  readonly #held = new Map<readonly HubbleFlow[], number>();
  #next = 1;
  #history: { atMs: number; flows: Promise<readonly HubbleFlow[]> } | undefined;

  constructor(post: (message: FromThread) => void, now: () => number = () => performance.now()) {
    this.#post = post;
    this.#now = now;
  }

  /** Takes in an answer; others are not for here. */
  take(message: ToThread): void {
    if ("id" in message) this.#answers.get(message.id)?.(message);
  }

  /** The last events, oldest first. */
  history(): Promise<readonly HubbleFlow[]> {
    const known = this.#history;
    if (known && this.#now() - known.atMs < FRESH_MS) return known.flows;
    const flows = this.#askHistory();
    this.#history = { atMs: this.#now(), flows };
    // Nobody else keeps it: it is as large as the rest of the thread.
    setTimeout(() => {
      if (this.#history?.flows === flows) this.#history = undefined;
    }, 2 * FRESH_MS).unref();
    return flows;
  }

  /**
   * Says that a client is being told of a history, as long as it takes to read that. Each is some 12 MB, and may be another one.
   * @returns how to end that; undefined: as many are held as there is room for
   */
  hold(history: readonly HubbleFlow[]): (() => void) | undefined {
    const readers = this.#held.get(history) ?? 0;
    if (readers === 0 && this.#held.size >= MAX_HELD) return undefined;
    this.#held.set(history, readers + 1);
    return () => {
      const left = (this.#held.get(history) ?? 1) - 1;
      if (left === 0) this.#held.delete(history);
      else this.#held.set(history, left);
    };
  }

  facts(): Promise<Facts> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#answers.set(id, (message) => {
        if (message.kind !== "facts") return;
        this.#answers.delete(id);
        resolve(message.facts);
      });
      this.#post({ kind: "facts", id });
    });
  }

  #askHistory(): Promise<readonly HubbleFlow[]> {
    const id = this.#next++;
    const flows: HubbleFlow[] = [];
    return new Promise((resolve) => {
      this.#answers.set(id, (message) => {
        if (message.kind !== "history") return;
        flows.push(...message.flows);
        if (!message.isLast) return;
        this.#answers.delete(id);
        resolve(flows);
      });
      this.#post({ kind: "history", id });
    });
  }
}
