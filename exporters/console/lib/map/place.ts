import { around, type Box, overlap, type Point, type Size } from "./geometry.ts";

/** Around a new node. */
const GAP = 9;
const STEP = { x: 20, y: 16 };
const RINGS = 80;

/** Whether so much is new that the whole picture is better arranged anew than added to. */
export function needsLayout(known: number, fresh: number): boolean {
  return fresh > 0 && fresh >= known / 2;
}

/** A free place for a new node: the nearest to those it belongs to that keeps its distance from all that is there. */
export function placeNear(size: Size, near: readonly Box[], taken: readonly Box[]): Point {
  const known = near.length > 0 ? near : taken;
  const { x, y } = known.length > 0 ? around(known) : { x: 0, y: 0 };
  for (let ring = 0; ring < RINGS; ring++) {
    const free = spotsOf(ring).map((spot) => ({ x: x + spot.x, y: y + spot.y }));
    const found = free.find((spot) => !taken.some((box) => overlap({ ...spot, ...size }, box, GAP)));
    if (found) return found;
  }
  return { x, y };
}

/** A square of spots around the middle. */
function spotsOf(ring: number): Point[] {
  const spots: Point[] = [];
  for (let column = -ring; column <= ring; column++) {
    for (let row = -ring; row <= ring; row++) {
      if (Math.max(Math.abs(column), Math.abs(row)) === ring) spots.push({ x: column * STEP.x, y: row * STEP.y });
    }
  }
  return spots;
}
