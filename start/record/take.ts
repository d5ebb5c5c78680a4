import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "../errors.ts";
import type { RecorderStatus, RecordingExporter } from "./exporter.ts";
import { OwnRecording } from "./own.ts";

const LOOK_MS = 1_000;

interface Task {
  exporter: RecordingExporter;
  seconds: number;
  /** An empty folder. */
  folder: string;
  /** Ends it early: what has been recorded by then is a recording. */
  signal: AbortSignal;
  /** Called once the first cycle is recorded. */
  onBegin?(): void;
  lookMs?: number;
}

/**
 * Has the running exporter record, and copies that to `folder`; nothing of it stays in the container, whatever happens.
 * @throws StartError ALREADY_RECORDING, NO_ROWS, NOT_RECORDED, RECORDING_LOST, and those of the exporter
 */
export async function takeRecording({ exporter, lookMs = LOOK_MS, ...task }: Task): Promise<RecorderStatus> {
  const before = await exporter.status();
  assertFree(before);
  await exporter.assertReads();
  const recording = new OwnRecording(exporter, before, lookMs);
  try {
    await recording.begin();
    task.onBegin?.();
    await passed(recording, task, lookMs);
    await recording.end();
    await exporter.copyTo(task.folder);
    // One that went while it was copied may be there in part.
    return await recording.kept();
  } finally {
    await recording.remove();
  }
}

/** The time that was asked for, or less where the signal comes, or the recording has ended by itself. */
async function passed(recording: OwnRecording, { seconds, signal }: Omit<Task, "exporter">, lookMs: number) {
  const end = performance.now() + seconds * 1_000;
  for (let left = seconds * 1_000; left > 0 && !signal.aborted; left = end - performance.now()) {
    await sleep(Math.min(left, lookMs), undefined, { signal }).catch(() => undefined);
    const status = await recording.status().catch((error: unknown) => {
      if (error instanceof StartError) throw error;
      // An exporter that is busy answers the next time.
      return undefined;
    });
    if (status && status.ending !== null) return;
  }
}

/** @throws StartError ALREADY_RECORDING */
function assertFree({ state, started_at }: RecorderStatus): void {
  if (state === "idle" || state === "failed") return;
  const doing = state === "kept" ? "has not been fetched yet" : "is in progress";
  throw new StartError("ALREADY_RECORDING", {
    what: "The exporter can only hold one recording at a time",
    why: `another \`npm run record\`, started at ${started_at}, ${doing}, or was killed`,
    fix: "wait for it to finish; a recording that nobody fetches is removed 15 minutes after it started",
  });
}
