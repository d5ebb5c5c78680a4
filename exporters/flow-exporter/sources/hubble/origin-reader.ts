import { setTimeout as sleep } from "node:timers/promises";
import type { FlowEvent, HubbleEvent } from "../../hubble/event.ts";
import { decodeEvent } from "../../hubble/event-bytes.ts";
import { readEvent } from "../../hubble/event-json.ts";
import { HubbleFault } from "../../hubble/fault.ts";
import { Backoff, type BackoffBounds } from "../../metadata/kubernetes/api/backoff.ts";
import type { Batch } from "./batch.ts";
import { EventFold, type FoldBounds } from "./event-fold.ts";
import { SourceFault } from "./faults.ts";
import { followFile } from "./followed-file.ts";
import { readObserver } from "./observer-stream.ts";
import { RecentEvents } from "./recent-events.ts";
import type { HubbleOrigin, HubbleTls } from "./settings.ts";

/** Between a failure and the next try of an observer, and of a file, which nobody minds being asked for. */
const OBSERVER_PAUSES: BackoffBounds = { leastMs: 500, mostMs: 30_000 };
const FILE_PAUSES: BackoffBounds = { leastMs: 500, mostMs: 2_000 };

/** A relay's words for a server behind it that it does not hear. */
const BAD_STATES: ReadonlySet<string> = new Set(["NODE_UNAVAILABLE", "NODE_ERROR"]);

export interface OriginReaderParts {
  origin: HubbleOrigin;
  tls: HubbleTls | undefined;
  bounds: FoldBounds;
  onUp(): void;
  onDown(reason: string): void;
}

/** Reads one origin for as long as it is told to, and folds what comes. */
export class OriginReader {
  readonly #parts: OriginReaderParts;
  readonly #fold: EventFold;
  readonly #recent = new RecentEvents();
  #isOpen = false;

  constructor(parts: OriginReaderParts) {
    this.#parts = parts;
    this.#fold = new EventFold(parts.bounds);
  }

  /** What has come since the last batch; undefined: nothing. */
  take(): Batch | undefined {
    return this.#fold.take();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { origin } = this.#parts;
    const backoff = new Backoff(origin.kind === "file" ? FILE_PAUSES : OBSERVER_PAUSES);
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const begunMs = performance.now();
      const isOver = await this.#read(isFirst, signal);
      // A file that has taken another's place is read at once.
      if (isOver) continue;
      await sleep(backoff.next(performance.now() - begunMs), undefined, { signal }).catch(() => {});
    }
  }

  /** Returns whether what was read has come to an end that is none of its faults. */
  async #read(isFirst: boolean, signal: AbortSignal): Promise<boolean> {
    const { origin, tls } = this.#parts;
    this.#isOpen = false;
    try {
      if (origin.kind === "file") await this.#follow(origin.path, isFirst, signal);
      else await this.#observe(origin.address, tls, signal);
      return true;
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      this.#fail(error);
      return false;
    }
  }

  #fail({ fault, message }: SourceFault): void {
    this.#isOpen = false;
    this.#fold.fault(fault);
    this.#parts.onDown(message);
  }

  #observe(address: string, tls: HubbleTls | undefined, signal: AbortSignal): Promise<void> {
    const { sinceMs } = this.#recent;
    this.#recent.begin();
    const onFrame = (bytes: Buffer) => this.#take(() => decodeEvent(bytes), true);
    const listener = { onOpen: () => this.#open(), onSilent: (fault: SourceFault) => this.#fail(fault), onFrame };
    return readObserver(address, tls, sinceMs, listener, signal);
  }

  #follow(path: string, isFirst: boolean, signal: AbortSignal): Promise<void> {
    const onLine = (line: string) => this.#take(() => readEvent(line), false);
    const listener = { onOpen: () => this.#open(), onLine, onTooLong: () => this.#fold.fault("too_long") };
    return followFile(path, isFirst ? "end" : "start", listener, signal);
  }

  #open(): void {
    if (!this.#isOpen) this.#parts.onUp();
    this.#isOpen = true;
  }

  /** What makes no sense is counted, and the rest goes on. */
  #take(read: () => HubbleEvent, mayRepeat: boolean): void {
    try {
      this.#add(read(), mayRepeat);
    } catch (error) {
      if (!(error instanceof HubbleFault)) throw error;
      this.#fold.fault(error.fault);
    }
  }

  #add(event: HubbleEvent, mayRepeat: boolean): void {
    this.#open();
    if (event.kind === "flow") this.#addFlow(event, mayRepeat);
    else if (event.kind === "lost") this.#fold.lose(event.source, event.count);
    else if (event.kind === "node_status" && BAD_STATES.has(event.state)) this.#fold.fault(event.state.toLowerCase());
  }

  #addFlow({ flow, timeMs }: FlowEvent, mayRepeat: boolean): void {
    const nowMs = Date.now();
    const timed = flow.timeMs === 0 ? { ...flow, timeMs: timeMs || nowMs } : flow;
    if (mayRepeat && !this.#recent.isNew(timed, nowMs)) return;
    // What is still to come would never be over.
    this.#fold.add(timed.timeMs > nowMs ? { ...timed, timeMs: nowMs } : timed);
  }
}
