import type { Logger } from "pino";
import type { RecorderState, RecorderStatus } from "../model/recording.ts";
import { FolderWriter, removeFolder } from "./folder-writer.ts";
import { CONTENT, type Head } from "./format.ts";
import { Recorder } from "./recorder.ts";
import type { Tap } from "./tap.ts";

/** Longer than `npm run record` records and copies: whoever began one and did not come back leaves nothing. */
const MAX_KEPT_MS = 900_000;

export interface RecordingsParts {
  /** Where a recording is until it has been fetched. */
  folder: string;
  tap: Tap;
  /** Of the exporter that is recorded. */
  ownPid: number;
  limits: Head["limits"];
  /** Writes the checkpoint as of now; never rejects. */
  save(): Promise<void>;
  /** Its text, as it is on disk. @throws the system's error. */
  readTotals(): string | undefined;
  /** Asks the readers all that an exporter asks which has just started; never rejects. */
  askAnew(): Promise<void>;
  log: Pick<Logger, "info" | "warn">;
}

/** One recording at a time: begun, ended, and removed once it has been fetched. Nothing of it throws. */
export class Recordings {
  readonly #parts: RecordingsParts;
  /** Comes once nothing of an earlier exporter is in the folder; never rejects. */
  readonly #cleared: Promise<void>;
  #state: RecorderState = "idle";
  #reason = "";
  #startedAt: string | null = null;
  #recorder: Recorder | undefined;
  #writer: FolderWriter | undefined;
  #expiry: NodeJS.Timeout | undefined;

  constructor(parts: RecordingsParts) {
    this.#parts = parts;
    // An exporter that was killed may have left one.
    this.#cleared = removeFolder(parts.folder).catch((error: unknown) => this.#fail(error));
  }

  get status(): RecorderStatus {
    const { cycles = 0, lostCycles = 0, bytes = 0, ending = null, reason = "" } = this.#writer?.progress ?? {};
    return {
      state: this.#state,
      started_at: this.#startedAt,
      cycles,
      lost_cycles: lostCycles,
      bytes,
      ending,
      reason: this.#reason || reason,
    };
  }

  /**
   * Takes the place of one that has failed; does nothing while one is being made, or is there to be fetched: whoever
   * began that may be copying it. It begins with the checkpoint, in which also those are known that are gone by now and
   * whose flows may still come.
   */
  async begin(): Promise<void> {
    if (this.#state !== "idle" && this.#state !== "failed") return;
    const { folder, tap, save, readTotals, askAnew } = this.#parts;
    // What is still being removed would take the first files of this one with it.
    const writer = new FolderWriter(folder, {}, undefined, this.#cleared);
    this.#writer = writer;
    this.#startedAt = new Date().toISOString();
    this.#enter("recording");
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => void this.#remove(), MAX_KEPT_MS).unref();
    await save();
    if (!this.#isMaking(writer)) return;
    this.#recorder = tap.listener = new Recorder(writer, readTotals);
    await askAnew();
  }

  /** One that has come to its end by itself hears no more. */
  endCycle(): void {
    this.#recorder?.endCycle();
    if (this.#writer?.progress.ending) this.#recorder = this.#parts.tap.listener = undefined;
  }

  /** Ends the one that is being made; where there is none, removes the one that was ended before. */
  async end(): Promise<void> {
    if (this.#state === "ending") return;
    await (this.#state === "recording" && this.#writer ? this.#finish(this.#writer) : this.#remove());
  }

  async #finish(writer: FolderWriter): Promise<void> {
    const { tap, ownPid, limits, log } = this.#parts;
    this.#recorder = tap.listener = undefined;
    this.#enter("ending");
    try {
      await writer.finish({ content: CONTENT, bootId: tap.readers.host.bootId(), ownPid, limits });
      this.#enter("kept");
      log.info({ ...writer.progress }, "recorded what the kernel and Docker hand over");
    } catch (error) {
      this.#fail(error);
    }
  }

  async #remove(): Promise<void> {
    clearTimeout(this.#expiry);
    const writer = this.#writer;
    this.#recorder = this.#parts.tap.listener = this.#writer = undefined;
    this.#startedAt = null;
    this.#enter("idle");
    await writer?.remove().catch((error: unknown) => this.#fail(error));
  }

  #isMaking(writer: FolderWriter): boolean {
    return this.#writer === writer && this.#state === "recording";
  }

  #enter(state: RecorderState, reason = ""): void {
    this.#state = state;
    this.#reason = reason;
  }

  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#enter("failed", reason);
    this.#parts.log.warn({ reason }, "cannot record");
  }
}
