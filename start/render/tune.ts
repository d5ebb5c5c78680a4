import type { Limit } from "../tune/rule.ts";
import type { Tuned } from "../tune/tune.ts";
import { inWords } from "../tune/window.ts";

const MEBIBYTE = 2 ** 20;

/** Average, peak and new limit, and why it is that. */
export function renderTuned({ container, windowSeconds, use, limit, previousBytes, kept }: Tuned): string {
  const before = previousBytes === 0 ? "none" : `${Math.round(previousBytes / MEBIBYTE)} MiB`;
  return [
    `Memory of ${container}, last ${inWords(windowSeconds)} (${use.samples} samples over ${inWords(use.coveredSeconds)}):`,
    `  average    ${mebibytes(use.averageBytes)}`,
    `  peak       ${mebibytes(use.peakBytes)}`,
    `  new limit  ${limit.bytes / MEBIBYTE} MiB, before: ${before}`,
    `  ${reasonOf(limit)}.`,
    kept
      ? "Set while it runs, and kept for the next start."
      : "Set while it runs; not kept, since it is no service of the stack.",
    "",
  ].join("\n");
}

function reasonOf({ decidedBy, peakFits }: Limit): string {
  if (decidedBy === "least") return "Docker accepts no less";
  if (decidedBy === "peak")
    return "The peak, since average + 20 % would not hold it; -- --exact takes average + 20 % all the same";
  return peakFits ? "Average + 20 %" : "Average + 20 %, as asked with --exact; the peak would not have fitted";
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}
