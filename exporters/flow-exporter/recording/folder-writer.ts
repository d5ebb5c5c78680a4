import * as promises from "node:fs/promises";
import path from "node:path";
import { CYCLE, cycleFile, HEAD, type Head, headText, MAX_RECORDING_BYTES, TOTALS } from "./format.ts";
import type { CycleSink, RecordedCycle } from "./recorder.ts";

/** Names and addresses are for their owner only. */
const OWNER_ONLY = 0o700;

/** What writing needs of the file system. */
export type Files = Pick<typeof promises, "mkdir" | "rm" | "writeFile">;

export interface Bounds {
  /** Of the recording on disk. */
  maxBytes: number;
  /** Of the cycles that wait for the disk. */
  maxWaitingBytes: number;
}

const BOUNDS: Bounds = { maxBytes: MAX_RECORDING_BYTES, maxWaitingBytes: 32 * 1024 * 1024 };

/** How far a recording has come. */
export interface Progress {
  /** On disk. */
  cycles: number;
  /** Those that the disk was too slow for. */
  lostCycles: number;
  bytes: number;
  /** Why nothing more is written; undefined: it goes on. */
  ending: Head["ending"] | undefined;
  /** Of a disk that fails; else "". */
  reason: string;
}

/**
 * Writes cycles into a folder, one after the other and beside whatever else goes on: a disk that is slow costs recorded
 * cycles, which are counted, and nothing else. Where there is no more room, or the disk fails, what is written so far is
 * the recording.
 */
export class FolderWriter implements CycleSink {
  readonly #folder: string;
  readonly #bounds: Bounds;
  readonly #files: Files;
  readonly #progress: Progress = { cycles: 0, lostCycles: 0, bytes: 0, ending: undefined, reason: "" };
  #waitingBytes = 0;
  /** All that has been asked for so far. */
  #work: Promise<void>;

  /** Replaces what is in `folder`, once `after` has come: whoever else works in there has finished. */
  constructor(folder: string, bounds: Partial<Bounds> = {}, files: Files = promises, after = Promise.resolve()) {
    this.#folder = folder;
    this.#bounds = { ...BOUNDS, ...bounds };
    this.#files = files;
    this.#work = after;
    this.#next(async () => {
      await removeFolder(folder, files);
      await files.mkdir(folder, { recursive: true, mode: OWNER_ONLY });
    });
  }

  get progress(): Readonly<Progress> {
    return this.#progress;
  }

  begin(totals: string): void {
    if (totals === "") return;
    this.#next(async () => {
      await this.#files.writeFile(path.join(this.#folder, TOTALS), totals);
      this.#progress.bytes += Buffer.byteLength(totals);
    });
  }

  add(cycle: RecordedCycle): boolean {
    if (this.#progress.ending) return false;
    if (this.#waitingBytes + cycle.bytes > this.#bounds.maxWaitingBytes) {
      this.lose();
      return false;
    }
    this.#waitingBytes += cycle.bytes;
    this.#next(async () => {
      await this.#write(cycle).finally(() => (this.#waitingBytes -= cycle.bytes));
    });
    return true;
  }

  lose(): void {
    if (!this.#progress.ending) this.#progress.lostCycles += 1;
  }

  /** Ends it once all that waits is written. Rejects with the reason when there is no whole cycle, or the disk fails. */
  async finish(head: Pick<Head, "content" | "bootId" | "ownPid" | "limits">): Promise<void> {
    await this.#work;
    const { cycles, lostCycles, bytes, ending = "asked", reason } = this.#progress;
    this.#progress.ending = ending;
    if (cycles === 0) throw new Error(reason === "" ? "no cycle has been written" : reason);
    const recordedAt = new Date().toISOString();
    const text = headText({ ...head, recordedAt, cycles, lostCycles, bytes, ending });
    await this.#files.writeFile(path.join(this.#folder, HEAD), text);
  }

  /** Removes all of it. Rejects with the system's error. */
  async remove(): Promise<void> {
    this.#progress.ending ??= "asked";
    await this.#work;
    await removeFolder(this.#folder, this.#files);
  }

  /** One step after the other; none after one that has failed. */
  #next(step: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#progress.ending) return;
      try {
        await step();
      } catch (error) {
        this.#progress.ending = "failed";
        this.#progress.reason = error instanceof Error ? error.message : String(error);
      }
    });
  }

  /** A cycle that cannot be written as a whole is taken away, which also makes room on a disk that is full. */
  async #write({ pins, told }: RecordedCycle): Promise<void> {
    const sizes = Object.fromEntries([...pins].map(([name, bytes]) => [name, bytes.length]));
    const files = new Map<string, string | Uint8Array>([...pins, [CYCLE, JSON.stringify({ pins: sizes, ...told })]]);
    const bytes = [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
    if (this.#progress.bytes + bytes > this.#bounds.maxBytes) {
      this.#progress.ending = "full";
      return;
    }
    const fileOf = (name: string) => cycleFile(this.#folder, this.#progress.cycles, name);
    try {
      await this.#files.mkdir(fileOf(""));
      for (const [name, content] of files) await this.#files.writeFile(fileOf(name), content);
    } catch (error) {
      await removeFolder(fileOf(""), this.#files);
      throw error;
    }
    this.#progress.cycles += 1;
    this.#progress.bytes += bytes;
  }
}

/** One that is not there is as good as removed. Rejects with the system's error. */
export async function removeFolder(folder: string, files: Pick<Files, "rm"> = promises): Promise<void> {
  await files.rm(folder, { recursive: true, force: true });
}
