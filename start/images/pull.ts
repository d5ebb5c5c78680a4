import { engineReason } from "./engine.ts";
import { followUntilSilent } from "./events.ts";
import { diskFull, saysDiskFull } from "./failures.ts";
import { createPullProgress } from "./progress.ts";
import type { Workshop } from "./workshop.ts";

const STALLED_MS = 30_000;

/**
 * Pulls an image if its registry answers.
 * @returns undefined once it is here, else the reason it is not.
 * @throws StartError DISK_FULL, or the signal's reason when aborted.
 */
export async function tryPull(
  workshop: Workshop,
  about: string,
  reference: string,
  stalledMs = STALLED_MS,
): Promise<string | undefined> {
  const { engine, signal, report } = workshop;
  const answer = await workshop.ask(reference);
  if (!answer.answers) return answer.reason;
  report(about, `pulling ${reference}`);
  const progress = createPullProgress((line) => report(about, line));
  try {
    await followUntilSilent({ silenceMs: stalledMs, signal }, (until) => engine.pull(reference, until), progress);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (saysDiskFull(engineReason(error))) throw diskFull(`the image ${reference}`, error);
    return `pull of ${reference} failed: ${engineReason(error)}`;
  }
}
