const MEBIBYTE = 2 ** 20;
/** A limit is this many times the average use. */
const HEADROOM = 1.2;
/** Docker refuses less. */
const MIN_BYTES = 6 * MEBIBYTE;

export interface Use {
  averageBytes: number;
  peakBytes: number;
}

export interface Limit {
  /** Whole MiB. */
  bytes: number;
  /** What decided: average + 20 %, the peak where that would not hold it, or the least Docker accepts. */
  decidedBy: "average" | "peak" | "least";
  /** Whether the peak fits under average + 20 %. */
  peakFits: boolean;
}

/**
 * The memory limit for a use that was seen: average + 20 %, rounded up to whole MiB.
 * The peak is the floor, unless `exact`: then the limit may be below what was used already.
 */
export function limitFor({ averageBytes, peakBytes }: Use, exact: boolean): Limit {
  const wanted = wholeMebibytes(averageBytes * HEADROOM);
  const peakFits = peakBytes <= wanted;
  const bytes = peakFits || exact ? wanted : wholeMebibytes(peakBytes);
  if (bytes < MIN_BYTES) return { bytes: MIN_BYTES, decidedBy: "least", peakFits };
  return { bytes, decidedBy: peakFits || exact ? "average" : "peak", peakFits };
}

function wholeMebibytes(bytes: number): number {
  return Math.ceil(bytes / MEBIBYTE) * MEBIBYTE;
}
