import type { Logger } from "pino";
import { z } from "zod";
import type { SourceHealth } from "../model/source-health.ts";
import { jsonPieces } from "./json-pieces.ts";
import { checked, type Participant } from "./participant.ts";
import type { StateFile } from "./state-file.ts";

const VERSION = 1;
const EVERY_MS = 10_000;
const EVERY_CROWDED_MS = 1_000;
/** Of the tracer's ring: there is room for what closes until the next cycle. */
const SHARE_UNACKNOWLEDGED = 1 / 8;
/** Of the tracer's room for UDP: from here on it frees sooner what is idle, where that was acknowledged. */
const SHARE_CROWDED = 1 / 2;
/** A disk that takes longer is as good as one that fails, and must not keep the exporter from reading. */
const MAX_WRITE_MS = 5_000;

const headSchema = z.object({ version: z.literal(VERSION), bootId: z.string() });

/** Who keeps what has been read until it is acknowledged. */
interface Acknowledging {
  /** Goes up by one with every reading. */
  readonly readings: number;
  /** Closed flows that the kernel still keeps; entries of UDP in the last reading, undefined where there was none. */
  readonly unacknowledged: { closed: number; udp: number | undefined };
  /** How many it has room for; undefined: not known. */
  readonly acknowledgeRoom: { closed: number; udp: number } | undefined;
  /** Never throws. */
  acknowledgeClosed(): void;
  /** Never throws. */
  acknowledgeUdp(): void;
}

export interface CheckpointParts {
  /** Without a file, nothing outlives the exporter. */
  file: StateFile | undefined;
  participants: readonly Participant[];
  source: Acknowledging;
  health: SourceHealth;
  log: Pick<Logger, "warn">;
  /** Of the kernel. */
  bootId(): string;
}

/**
 * What outlives the exporter, on disk. Closed flows, and entries of UDP, are acknowledged only once the totals that contain
 * them are written, so that an exporter killed at any moment is followed by one that counts each of them once.
 */
export class Checkpoint {
  /** Files that were put aside as they made no sense. */
  setAside = 0;
  readonly #parts: CheckpointParts;
  #lastMs = 0;
  #saving: Promise<boolean> | undefined;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  /** Lets all go on where an earlier exporter was; a file that makes no sense is put aside, and the log says so. Never throws. */
  load(nowNs: number): void {
    const { file, health } = this.#parts;
    let text: string | undefined;
    if (!health.attempt(() => (text = file?.read())) || text === undefined) return;
    try {
      this.#restore(JSON.parse(text), nowNs);
    } catch (error) {
      this.#setAside(error);
    }
  }

  /** Whether a write is under way that is worth waiting for; `nowMs` as for `keep`. */
  isWriting(nowMs: number): boolean {
    return this.#saving !== undefined && nowMs - this.#lastMs < MAX_WRITE_MS;
  }

  /**
   * To be called after each reading, and awaited before the next: what is read meanwhile is not in the file, and is not
   * acknowledged. `nowMs` is any clock that only goes forward. Never rejects.
   */
  async keep(nowMs: number): Promise<void> {
    const { file, source } = this.#parts;
    const { unacknowledged, acknowledgeRoom: room, readings } = source;
    const full = room !== undefined && unacknowledged.closed >= room.closed * SHARE_UNACKNOWLEDGED;
    const crowded = room !== undefined && (unacknowledged.udp ?? 0) >= Math.max(1, room.udp * SHARE_CROWDED);
    if (this.isWriting(nowMs)) return;
    if (this.#saving) return this.#doWithout(nowMs, full, crowded);
    const isDue = full || nowMs - this.#lastMs >= (crowded ? EVERY_CROWDED_MS : EVERY_MS);
    if (file && !isDue) return;
    this.#lastMs = nowMs;
    const safe = await this.save();
    if (source.readings !== readings) return;
    // A disk that fails must not cost what is counted now.
    if ((safe || full) && unacknowledged.closed > 0) source.acknowledgeClosed();
    if ((safe || crowded) && unacknowledged.udp !== undefined) source.acknowledgeUdp();
  }

  /** A disk that hangs must not cost what is counted now either. */
  #doWithout(nowMs: number, full: boolean, crowded: boolean): void {
    const { source, health } = this.#parts;
    const seconds = Math.round((nowMs - this.#lastMs) / 1000);
    health.fail(`the disk has not taken the totals for ${seconds} s`);
    if (full) source.acknowledgeClosed();
    if (crowded) source.acknowledgeUdp();
  }

  /** As `save`, and the next reading waits for it; `nowMs` as for `keep`. */
  async saveNow(nowMs: number): Promise<boolean> {
    this.#lastMs = nowMs;
    return this.save();
  }

  /** Returns whether everything is as safe as it can be, as of now. Never rejects. */
  async save(): Promise<boolean> {
    const { file } = this.#parts;
    if (!file) return true;
    const saving = this.#writeAfter(this.#saving, file);
    this.#saving = saving;
    const safe = await saving;
    if (this.#saving === saving) this.#saving = undefined;
    return safe;
  }

  async #writeAfter(before: Promise<boolean> | undefined, file: StateFile): Promise<boolean> {
    await before;
    return this.#write(file);
  }

  async #write(file: StateFile): Promise<boolean> {
    const { participants, health, bootId } = this.#parts;
    try {
      const parts = participants.map((participant) => participant.save());
      await file.write(jsonPieces(Object.assign({ version: VERSION, bootId: bootId() }, ...parts)));
      health.succeed();
      return true;
    } catch (error) {
      health.fail(error);
      return false;
    }
  }

  /** Nothing goes on before all have found their part of the file to be right. */
  #restore(file: unknown, nowNs: number): void {
    const sameBoot = checked(headSchema, file).bootId === this.#parts.bootId();
    const prepared = this.#parts.participants.map((participant) => participant.prepare(file));
    for (const goOn of prepared) goOn({ sameBoot, nowNs });
  }

  #setAside(error: unknown): void {
    const { file, health, log } = this.#parts;
    const reason = error instanceof Error ? error.message : String(error);
    this.setAside += 1;
    health.attempt(() => {
      const aside = file?.setAside();
      log.warn({ reason, aside }, "the totals on disk make no sense: put aside, counting from zero");
    });
  }
}
