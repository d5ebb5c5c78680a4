import type { Logger } from "pino";
import type { Collector } from "./collector.ts";
import type { StateFile } from "./read/state-file.ts";
import type { SourceHealth } from "./source-health.ts";
import { decodeState, encodeState, type State } from "./totals/state.ts";

const EVERY_MS = 10_000;
const EVERY_CROWDED_MS = 1_000;
/** Of the tracer's ring: there is room for what closes until the next cycle. */
const SHARE_UNACKNOWLEDGED = 1 / 8;
/** Of the tracer's room for UDP: from here on it gives up sooner what is idle, where that was acknowledged. */
const SHARE_CROWDED = 1 / 2;

/**
 * The totals on disk. Closed flows, and entries of UDP, are acknowledged only once the totals that contain them are
 * written, so that an exporter killed at any moment is followed by one that counts each of them once.
 */
export class Persistence {
  readonly #file: StateFile | undefined;
  readonly #health: SourceHealth;
  readonly #log: Pick<Logger, "warn">;
  #lastMs = 0;
  /** Files that were put aside as they made no sense. */
  setAside = 0;

  /** Without a file, nothing outlives the exporter. */
  constructor(file: StateFile | undefined, health: SourceHealth, log: Pick<Logger, "warn">) {
    this.#file = file;
    this.#health = health;
    this.#log = log;
  }

  /** What an earlier exporter left; a file that makes no sense is put aside, and the log says so. Never throws. */
  load(): State | undefined {
    let text: string | undefined;
    if (!this.#health.attempt(() => (text = this.#file?.read())) || text === undefined) return undefined;
    try {
      return decodeState(text);
    } catch (error) {
      this.#setAside(error);
      return undefined;
    }
  }

  /** To be called after each cycle; `nowMs` is any clock that only goes forward. Never throws. */
  keep(collector: Collector, nowMs: number): void {
    const { unacknowledged, status } = collector;
    const full = status !== undefined && unacknowledged.closed >= status.room.closed * SHARE_UNACKNOWLEDGED;
    const crowded = status !== undefined && (unacknowledged.udp ?? 0) >= Math.max(1, status.room.udp * SHARE_CROWDED);
    const isDue = full || nowMs - this.#lastMs >= (crowded ? EVERY_CROWDED_MS : EVERY_MS);
    if (this.#file && !isDue) return;
    this.#lastMs = nowMs;
    const safe = this.save(collector);
    // A disk that fails must not cost what is counted now.
    if ((safe || full) && unacknowledged.closed > 0) collector.acknowledgeClosed();
    if ((safe || crowded) && unacknowledged.udp !== undefined) collector.acknowledgeUdp();
  }

  /** Returns whether the totals are as safe as they can be. Never throws. */
  save(collector: Collector): boolean {
    const file = this.#file;
    return file === undefined || this.#health.attempt(() => file.write(encodeState(collector.state())));
  }

  #setAside(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.setAside += 1;
    this.#health.attempt(() => {
      const aside = this.#file?.setAside();
      this.#log.warn({ reason, aside }, "the totals on disk make no sense: put aside, counting from zero");
    });
  }
}
