/** Width of an edge in pixels: 1 for nothing, then by the logarithm of its bytes per second, in half pixels. */
export function edgeWidth(bytesPerSecond: number): number {
  return halves(1 + clamp(Math.log10(Math.max(1, bytesPerSecond)) / 9, 0, 1) * 8);
}

/** Diameter of a node in pixels, by the logarithm of its bytes ever. */
export function nodeSize(bytes: number): number {
  return Math.round(20 + clamp(Math.log10(Math.max(1, bytes)) / 12, 0, 1) * 18);
}

/** By how much to enlarge text on a map zoomed out, so that it can be read; up to `most`. */
export function textScale(zoom: number, most: number): number {
  return Math.round(clamp(0.95 / zoom, 1, most) * 2) / 2;
}

/** By how much to widen a picture so that it fills a frame; never narrower, at most double. */
export function widening(picture: { w: number; h: number }, frame: { w: number; h: number }): number {
  if (picture.w <= 0 || picture.h <= 0 || frame.h <= 0) return 1;
  return clamp(frame.w / frame.h / (picture.w / picture.h), 1, 2);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Coarse, so that small changes do not redraw. */
function halves(value: number): number {
  return Math.round(value * 2) / 2;
}
