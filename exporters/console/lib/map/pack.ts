import type { Point, Size } from "./geometry.ts";

/** A part of the edge of what is packed so far: from `top` to `bottom` all is taken up to `x`. */
interface Step {
  top: number;
  bottom: number;
  x: number;
}

export interface Packed {
  /** Upper left corners, by the order of the sizes. */
  corners: Point[];
  width: number;
  height: number;
}

/**
 * Packs rectangles into a strip of a height, from the left: each one where it lies farthest left, else highest (the skyline
 * method). One that is higher than the strip begins at its top.
 */
export function pack(sizes: readonly Size[], height: number, gap: number): Packed {
  let skyline: Step[] = [{ top: 0, bottom: Number.POSITIVE_INFINITY, x: 0 }];
  const corners = sizes.map(({ w, h }) => {
    const corner = cornerFor(skyline, h, height);
    skyline = grown(skyline, { top: corner.y, bottom: corner.y + h + gap, x: corner.x + w + gap });
    return corner;
  });
  return {
    corners,
    width: Math.max(0, ...corners.map(({ x }, index) => x + (sizes[index]?.w ?? 0))),
    height: Math.max(0, ...corners.map(({ y }, index) => y + (sizes[index]?.h ?? 0))),
  };
}

function cornerFor(skyline: readonly Step[], h: number, height: number): Point {
  let best = placeAt(skyline, 0, h);
  for (let at = 1; at < skyline.length; at++) {
    if ((skyline[at]?.top ?? 0) + h > height) break;
    const place = placeAt(skyline, at, h);
    if (place.x < best.x) best = place;
  }
  return best;
}

/** Where something of this height lies that begins where a step does. */
function placeAt(skyline: readonly Step[], first: number, h: number): Point {
  const y = skyline[first]?.top ?? 0;
  let x = 0;
  for (let at = first; at < skyline.length; at++) {
    const step = skyline[at];
    if (!step || step.top >= y + h) break;
    x = Math.max(x, step.x);
  }
  return { x, y };
}

function grown(skyline: readonly Step[], added: Step): Step[] {
  const before = skyline.flatMap((step) =>
    step.top < added.top ? [{ ...step, bottom: Math.min(step.bottom, added.top) }] : [],
  );
  const after = skyline.flatMap((step) =>
    step.bottom > added.bottom ? [{ ...step, top: Math.max(step.top, added.bottom) }] : [],
  );
  return [...before, added, ...after];
}
