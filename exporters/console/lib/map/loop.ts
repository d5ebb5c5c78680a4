import type { Box, Point } from "./geometry.ts";

/** The way from a node to itself: two curves that meet above it, or below, as cytoscape draws them. */
export const LOOP = {
  /** Between the directions in which it leaves its node and comes back. */
  sweep: 80,
  /** A fixed part of how far the points that bend it are from the middle of the node. */
  step: 24,
} as const;

/** Cytoscape multiplies the step with it. */
const REACH = 1.4 * LOOP.step;
const SAMPLES = [0.25, 0.5, 0.75, 1];

/** Points of the loop, in its order, without its ends. */
export function loopOf({ x, y }: Box, below: boolean): Point[] {
  const angle = ((LOOP.sweep / 2) * Math.PI) / 180;
  const [dx, dy] = [Math.sin(angle) * REACH, Math.cos(angle) * REACH * (below ? 1 : -1)];
  // Clockwise: above the node it leaves on the left, below it on the right.
  const [out, back] = below
    ? [
        { x: x + dx, y: y + dy },
        { x: x - dx, y: y + dy },
      ]
    : [
        { x: x - dx, y: y + dy },
        { x: x + dx, y: y + dy },
      ];
  const top = { x, y: y + dy };
  const there = SAMPLES.map((share) => onCurve({ x, y }, out, top, share));
  const home = SAMPLES.slice(0, -1).map((share) => onCurve(top, back, { x, y }, share));
  return [...there, ...home].filter((point) => Math.abs(point.y - y) > Math.abs(dy) / 2);
}

/** A point of the quadratic Bézier curve from `a` to `c`, bent by `b`. */
function onCurve(a: Point, b: Point, c: Point, share: number): Point {
  const mix = (from: number, by: number, to: number) =>
    (1 - share) ** 2 * from + 2 * share * (1 - share) * by + share ** 2 * to;
  return { x: mix(a.x, b.x, c.x), y: mix(a.y, b.y, c.y) };
}
