/** Width of an edge in pixels: 1 for nothing, then by the logarithm of its bytes per second, in half pixels. */
export function edgeWidth(bytesPerSecond: number): number {
  return halves(1 + clamp(Math.log10(Math.max(1, bytesPerSecond)) / 9, 0, 1) * 8);
}

/** Diameter of a node in pixels, by the logarithm of its bytes ever. */
export function nodeSize(bytes: number): number {
  return Math.round(20 + clamp(Math.log10(Math.max(1, bytes)) / 12, 0, 1) * 18);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Coarse, so that small changes do not redraw. */
function halves(value: number): number {
  return Math.round(value * 2) / 2;
}
