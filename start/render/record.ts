import { printable } from "../lib/printable.ts";
import type { RecorderStatus } from "../record/exporter.ts";

const ENDED_EARLY = {
  full: "It ended early: the next cycle would have exceeded the limit of 512 MiB.",
  failed: "It ended early: the exporter could not write to its disk",
} as const;

/** What a recording has in it, for whoever may want to share it; as the exporter writes it into `recording.json`. */
const CONTENT = `It has names and addresses: of containers, their images, Compose projects and services, folders that they mount, processes,
BPF programs, and whom they talked to since the totals began. It has no content of any connection, no environment
variables, no command lines, and no other labels. Look before you share it.`;

/** What was recorded, what of it is missing, and what it tells of this machine. */
export function renderRecorded(status: RecorderStatus, folder: string): string {
  const { cycles, lost_cycles: lost, bytes, ending, reason } = status;
  const size = `${cycles} cycle${cycles === 1 ? "" : "s"}, ${(bytes / 1e6).toFixed(1)} MB`;
  const lines = [`Recorded: ${size}, in ${folder}`];
  if (lost > 0)
    lines.push(
      `${lost} more ${lost === 1 ? "was" : "were"} lost, because the exporter's disk was too slow; no flow was.`,
    );
  if (ending === "full") lines.push(ENDED_EARLY.full);
  if (ending === "failed") lines.push(`${ENDED_EARLY.failed}: ${reason}`);
  lines.push(CONTENT, `To view it: npm run replay -- ${folder}`);
  return printable(`${lines.join("\n")}\n`);
}
