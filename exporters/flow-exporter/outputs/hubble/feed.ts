import { setImmediate as nextTurn } from "node:timers/promises";
import type { FlowRecord } from "../../model/flow-record.ts";
import type { HubbleFlow } from "../../model/hubble-flow.ts";
import { beginningOf, eventOf, hasEnd, type Origin, timeNs } from "./events/events.ts";
import { lastEvents } from "./events/history.ts";
import { type FromThread, MAX_BATCH, MAX_HISTORY, type ToThread } from "./messages.ts";

/** Events of one cycle and those that the thread has not taken yet: some 40 MB. */
const MAX_WAITING = 40_000;
/** Batches that the thread has been given and has not taken. */
const MAX_UNDERWAY = 8;
/** Of the rate's samples, one per cycle. */
const RATE_MS = 60_000;

export interface FeedParts {
  /** Open flows, and those that ended lately. */
  records(): Iterable<FlowRecord>;
  namespaces(): Iterable<string>;
  origin(): Origin;
  /** Nanoseconds since boot. */
  nowNs(): number;
  /** Gets each event as it comes, whether anybody follows or not; undefined: nobody counts them. */
  count: ((event: HubbleFlow) => void) | undefined;
}

/** Tells the thread that serves Hubble's clients what happens: while somebody follows, a batch per cycle; else what it asks for. */
export class HubbleFeed {
  /** Events since this exporter started, whether anybody was told or not. */
  seen = 0;
  readonly #parts: FeedParts;
  readonly #startMs = performance.now();
  readonly #startNs: number;
  #post: ((message: ToThread) => void) | undefined;
  #isFollowed = false;
  #waiting: HubbleFlow[] = [];
  #lost = 0;
  #underway = 0;
  #isPosting = false;
  #samples: { ms: number; seen: number }[] = [];

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#startNs = parts.nowNs();
  }

  /** A thread is there, to be told by `post`; undefined: it has gone, and with it all who followed. */
  attach(post: ((message: ToThread) => void) | undefined): void {
    this.#post = post;
    this.#underway = 0;
    this.#follow(false);
  }

  take(message: FromThread): void {
    if (message.kind === "follow") this.#follow(message.isOn);
    else if (message.kind === "taken") this.#underway -= 1;
    else if (message.kind === "history") void this.#answer(message.id);
    else if (message.kind === "facts") this.#tellFacts(message.id);
    if (message.kind === "taken") this.#work();
  }

  /** A flow has begun; `record` makes its record, which costs more than to know that nobody wants it. */
  onOpened(record: () => FlowRecord | undefined): void {
    this.seen += 1;
    if (!this.#isWanted) return;
    const flow = record();
    if (flow) this.#addBeginning(flow);
  }

  /** A flow has ended. One that never was a connection has not been told of as it began. */
  onEnded(flow: FlowRecord): void {
    const ends = hasEnd(flow) ? 1 : 0;
    this.seen += ends + (flow.failed ? 1 : 0);
    if (!this.#isWanted) return;
    if (flow.failed) this.#addBeginning(flow);
    if (ends > 0) this.#add(eventOf(flow, "ended", flow.endNs, this.#parts.origin()));
  }

  /** Hands over what the cycle has brought. */
  endCycle(): void {
    this.#sample(performance.now());
    this.#waiting.sort((one, other) => one.timeMs - other.timeMs);
    this.#work();
  }

  get #isWanted(): boolean {
    return this.#isFollowed || this.#parts.count !== undefined;
  }

  #addBeginning(flow: FlowRecord): void {
    const kind = beginningOf(flow);
    if (kind) this.#add(eventOf(flow, kind, timeNs(flow, kind, this.#parts.nowNs()), this.#parts.origin()));
  }

  #add(event: HubbleFlow): void {
    this.#parts.count?.(event);
    if (!this.#isFollowed) return;
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(event);
    else this.#lost += 1;
  }

  #follow(isOn: boolean): void {
    this.#isFollowed = isOn;
    if (isOn) return;
    this.#waiting = [];
    this.#lost = 0;
  }

  #work(): void {
    if (!this.#isPosting) void this.#postAll();
  }

  /** One batch per turn, so that neither the cycle nor those who ask wait for all to be copied. Never rejects. */
  async #postAll(): Promise<void> {
    this.#isPosting = true;
    while (this.#post && this.#waiting.length > 0 && this.#underway < MAX_UNDERWAY) {
      this.#underway += 1;
      this.#post({ kind: "events", flows: this.#waiting.splice(0, MAX_BATCH) });
      await nextTurn();
    }
    if (this.#lost > 0 && this.#waiting.length === 0) {
      this.#post?.({ kind: "lost", count: this.#lost });
      this.#lost = 0;
    }
    this.#isPosting = false;
  }

  /** Never rejects: the records are in memory. */
  async #answer(id: number): Promise<void> {
    const { records, origin } = this.#parts;
    // Another thread has questions of its own by the same numbers.
    const post = this.#post;
    const events = await lastEvents(records(), MAX_HISTORY, origin(), this.#startNs);
    for (let at = 0; at === 0 || at < events.length; at += MAX_BATCH) {
      const isLast = at + MAX_BATCH >= events.length;
      post?.({ kind: "history", id, flows: events.slice(at, at + MAX_BATCH), isLast });
      await nextTurn();
    }
  }

  #tellFacts(id: number): void {
    const namespaces = [...new Set(this.#parts.namespaces())].filter((name) => name !== "").sort();
    const uptimeMs = performance.now() - this.#startMs;
    this.#post?.({ kind: "facts", id, facts: { seen: this.seen, rate: this.#rate(), uptimeMs, namespaces } });
  }

  #sample(ms: number): void {
    this.#samples.push({ ms, seen: this.seen });
    while ((this.#samples[0]?.ms ?? ms) < ms - RATE_MS) this.#samples.shift();
  }

  #rate(): number {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || last.ms === first.ms) return 0;
    return ((last.seen - first.seen) * 1000) / (last.ms - first.ms);
  }
}
