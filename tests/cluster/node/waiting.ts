import type { Wait } from "../../../start/lib/wait.ts";

/** A wait for a part of the cluster. */
export function waitOf(name: string, deadlineMs: number, signal: AbortSignal): Wait {
  const fix = "see what it printed, above or in its log, and run this again on an idle machine";
  return { name, deadlineMs, everyMs: 200, code: "CLUSTER_NOT_READY", fix, signal };
}
