import { StartError } from "../errors.ts";
import { waitFor } from "../lib/wait.ts";
import type { RecorderStatus, RecordingExporter } from "./exporter.ts";

/** Cycles begin once a second, and may take their time on a busy machine. */
const MAX_BEGIN_MS = 30_000;
/** What waits for a slow disk is no more than 32 MiB. */
const MAX_END_MS = 60_000;

/** What the exporter tells of the recording that this command has begun: the signals go to whichever it has then. */
export class OwnRecording {
  readonly #exporter: RecordingExporter;
  /** When the one before it was begun. */
  readonly #before: string | null;
  readonly #wait: { everyMs: number; code: string; fix: string };
  #startedAt: string | undefined;

  constructor(exporter: RecordingExporter, before: RecorderStatus, everyMs: number) {
    this.#exporter = exporter;
    this.#before = before.started_at;
    const fix = `\`docker logs ${exporter.container}\` shows the exporter's reason`;
    this.#wait = { everyMs, code: "NOT_RECORDED", fix };
  }

  /** Begins it, and waits for its first cycle. @throws StartError NOT_RECORDED, RECORDING_LOST */
  async begin(): Promise<void> {
    await this.#exporter.begin();
    const first = { ...this.#wait, name: "the first cycle of the recording", deadlineMs: MAX_BEGIN_MS };
    await waitFor(first, async () => {
      const { cycles, ending, reason } = await this.status();
      if (cycles > 0) return;
      if (ending !== null) throw this.#failed(reason);
      throw new Error(reason || "no cycle has ended yet");
    });
  }

  /** Rejects with the reason where the exporter does not answer now. @throws StartError RECORDING_LOST where it has this one no more. */
  async status(): Promise<RecorderStatus> {
    const status = await this.#look();
    if (status.started_at === this.#startedAt) return status;
    if (this.#startedAt !== undefined) throw lost(whyGone(status));
    if (status.started_at === null || status.started_at === this.#before) throw new Error("it has not started");
    this.#startedAt = status.started_at;
    return status;
  }

  /** Ends it, and waits until it can be fetched. @throws StartError NOT_RECORDED, RECORDING_LOST */
  async end(): Promise<void> {
    const asking = { ...this.#wait, name: "the exporter that holds the recording", deadlineMs: MAX_END_MS };
    await waitFor(asking, async () => {
      if ((await this.status()).state === "recording") await this.#exporter.end();
    });
    await this.kept();
  }

  /** Waits until it can be fetched. @throws StartError NOT_RECORDED, RECORDING_LOST */
  async kept(): Promise<RecorderStatus> {
    const ended = { ...this.#wait, name: "the end of the recording", deadlineMs: MAX_END_MS };
    return await waitFor(ended, async () => {
      const status = await this.status();
      if (status.state === "kept") return status;
      if (status.state === "failed") throw this.#failed(status.reason);
      throw new Error(`it is ${status.state}`);
    });
  }

  /** Leaves nothing of it in the exporter, as far as that can be reached: what stays expires. Never rejects. */
  async remove(): Promise<void> {
    if (this.#startedAt === undefined) return;
    const removal = { ...this.#wait, name: "the removal of the recording", deadlineMs: MAX_END_MS };
    const step = async () => {
      const { state } = await this.status();
      if (state !== "ending") await this.#exporter.end();
      throw new Error(`it is ${state}`);
    };
    // Once another is there, or none, that ends the wait too.
    await waitFor(removal, step).catch(() => undefined);
  }

  async #look(): Promise<RecorderStatus> {
    try {
      return await this.#exporter.status();
    } catch (error) {
      if (error instanceof StartError && error.code === "STACK_NOT_RUNNING") throw lost(error.explanation.why, error);
      throw error;
    }
  }

  #failed(why: string): StartError {
    return new StartError("NOT_RECORDED", { what: "There is no recording", why, fix: this.#wait.fix });
  }
}

function whyGone({ started_at }: RecorderStatus): string {
  if (started_at === null) return "the exporter has restarted, or something else has removed the recording";
  return `the exporter has a different one, started at ${started_at}`;
}

function lost(why: string, cause?: unknown): StartError {
  return new StartError(
    "RECORDING_LOST",
    { what: "The recording is gone", why, fix: "record again while the exporter keeps running" },
    { cause },
  );
}
