export interface Slice {
  /** First row to draw. */
  start: number;
  /** One past the last. */
  end: number;
}

/** The rows of a long table that are to be drawn: those in sight, and some more on either side. */
export function sliceOf(scrollTop: number, height: number, rowHeight: number, count: number, more = 8): Slice {
  const first = Math.floor(scrollTop / rowHeight) - more;
  const last = Math.ceil((scrollTop + height) / rowHeight) + more;
  const end = Math.min(count, Math.max(0, last));
  return { start: Math.min(Math.max(0, first), end), end };
}

/** The page of a list to ask for so that a slice is in it, with room for scrolling on both sides. */
export function pageOf({ start, end }: Slice, step: number): { offset: number; limit: number } {
  const offset = Math.max(0, Math.floor(start / step) * step - step);
  return { offset, limit: Math.ceil((end - offset) / step) * step + step };
}
