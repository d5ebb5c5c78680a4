import { printable } from "../lib/printable.ts";
import type { Restored } from "../tune/reset.ts";
import type { Limit } from "../tune/rule.ts";
import type { Tuned } from "../tune/tune.ts";
import { inWords } from "../tune/window.ts";

const MEBIBYTE = 2 ** 20;

/** Average, peak and new limit, and why it is that. */
export function renderTuned(tuned: Tuned): string {
  const { container, windowSeconds, use, limit, previousBytes, applied } = tuned;
  const word = applied ? "new limit" : "would be";
  return [
    `Memory of ${printable(container)} over the last ${inWords(windowSeconds)} (${use.samples} samples in ${inWords(use.coveredSeconds)}):`,
    `  average    ${mebibytes(use.averageBytes)}`,
    `  peak       ${mebibytes(use.peakBytes)}`,
    `  ${word.padEnd(9)}  ${limit.bytes / MEBIBYTE} MiB (was ${wholeMebibytes(previousBytes)})`,
    `  ${reasonOf(limit)}.`,
    outcome(tuned),
    "",
  ].join("\n");
}

/** The limit of the settings, back in force. */
export function renderRestored({ container, setting, bytes, previousBytes }: Restored): string {
  const limits = `${wholeMebibytes(bytes)}, as ${setting} says (was ${wholeMebibytes(previousBytes)})`;
  return `Memory limit of ${container} reset to ${limits}.\nApplied now, and at the next start.\n`;
}

function outcome({ applied, kept }: Tuned): string {
  if (!applied) return "Dry run: nothing was changed.";
  return kept
    ? "Applied now, and kept for the next start."
    : "Applied now, but not kept: this container is not a service of the stack.";
}

function reasonOf({ decidedBy, peakFits }: Limit): string {
  if (decidedBy === "least") return "The least Docker accepts";
  if (decidedBy === "peak")
    return "The peak, because average + 20 % would be below it; use -- --exact for average + 20 % anyway";
  return peakFits ? "Average + 20 %" : "Average + 20 %, as requested with --exact; the peak was higher";
}

function wholeMebibytes(bytes: number): string {
  return bytes === 0 ? "unlimited" : `${Math.round(bytes / MEBIBYTE)} MiB`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}
