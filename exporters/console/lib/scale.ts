/** From here on an edge is wider than one that carries nothing, in bytes per second. */
const LEAST_RATE = 10;
/** What every tenfold of its rate adds to an edge, in pixels. */
const PER_DECADE = 0.8;
const MOST_PX = 8;

/** Width of an edge in pixels: 1 for nothing, then by the logarithm of its bytes per second, in half pixels. */
export function edgeWidth(bytesPerSecond: number): number {
  const decades = Math.log10(Math.max(LEAST_RATE, bytesPerSecond) / LEAST_RATE);
  return halves(Math.min(MOST_PX, (bytesPerSecond > 0 ? 1.25 : 1) + decades * PER_DECADE));
}

/** By how much to enlarge text on a map zoomed out, so that it can be read; up to `most`. */
export function textScale(zoom: number, most: number): number {
  return Math.round(Math.min(most, Math.max(1, 0.95 / zoom)) * 2) / 2;
}

/** Coarse, so that small changes do not redraw. */
function halves(value: number): number {
  return Math.round(value * 2) / 2;
}
