import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "../errors.ts";
import { waitFor } from "../lib/wait.ts";
import type { RecorderStatus, RecordingExporter } from "./exporter.ts";

/** Cycles begin once a second, and may take their time on a busy machine. */
const MAX_BEGIN_MS = 30_000;
/** What waits for a slow disk is no more than 32 MiB. */
const MAX_END_MS = 60_000;
const LOOK_MS = 1_000;
const FIX = "`docker logs flow-exporter` has the exporter's reason";

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
 * @throws StartError ALREADY_RECORDING, NOT_RECORDED, and those of the exporter
 */
export async function takeRecording({ exporter, lookMs = LOOK_MS, ...task }: Task): Promise<RecorderStatus> {
  const { state } = await exporter.status();
  if (state === "recording" || state === "ending") throw alreadyRecording();
  await exporter.begin();
  try {
    const begun = { name: "the first cycle of the recording", deadlineMs: MAX_BEGIN_MS, everyMs: lookMs };
    await waitFor({ ...begun, code: "NOT_RECORDED", fix: FIX }, async () => {
      const { cycles, ending, reason } = await exporter.status();
      if (cycles === 0 && ending === null) throw new Error(reason || "no cycle has ended");
    });
    task.onBegin?.();
    await passed(exporter, task, lookMs);
  } finally {
    await exporter.end();
  }
  try {
    const ended = { name: "the end of the recording", deadlineMs: MAX_END_MS, everyMs: lookMs };
    const status = await waitFor({ ...ended, code: "NOT_RECORDED", fix: FIX }, () => endedStatus(exporter));
    await exporter.copyTo(task.folder);
    return status;
  } finally {
    await exporter.end();
  }
}

/** The time that was asked for, or less where the signal comes, or the recording has ended by itself. */
async function passed(exporter: RecordingExporter, { seconds, signal }: Omit<Task, "exporter">, lookMs: number) {
  const end = performance.now() + seconds * 1_000;
  for (let left = seconds * 1_000; left > 0 && !signal.aborted; left = end - performance.now()) {
    await sleep(Math.min(left, lookMs), undefined, { signal }).catch(() => undefined);
    const status = await exporter.status().catch((error: unknown) => {
      if (error instanceof StartError) throw error;
      // An exporter that is busy answers the next time.
      return undefined;
    });
    if (status && status.ending !== null) return;
  }
}

async function endedStatus(exporter: RecordingExporter): Promise<RecorderStatus> {
  const status = await exporter.status();
  if (status.state === "kept") return status;
  if (status.state !== "failed") throw new Error(`it is ${status.state}`);
  throw new StartError("NOT_RECORDED", { what: "There is no recording", why: status.reason, fix: FIX });
}

function alreadyRecording(): StartError {
  return new StartError("ALREADY_RECORDING", {
    what: "The exporter makes one recording at a time",
    why: "another `npm run record` is under way, or was killed",
    fix: "wait for it; an unfetched one ends a quarter of an hour after it began",
  });
}
