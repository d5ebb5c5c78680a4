export interface Point {
  x: number;
  y: number;
}

const GAP = 70;

/** Whether so much is new that the whole picture is better arranged anew than added to. */
export function needsLayout(known: number, fresh: number): boolean {
  return fresh > 0 && fresh >= known / 2;
}

/** A free place for a new node: beside those it belongs to, at the nearest spot that keeps its distance from all. */
export function placeNear(near: readonly Point[], taken: readonly Point[]): Point {
  const center = middle(near.length > 0 ? near : taken);
  for (let ring = 1; ring < 60; ring++) {
    const spots = ring * 6;
    for (let spot = 0; spot < spots; spot++) {
      const angle = (2 * Math.PI * spot) / spots;
      const point = { x: center.x + Math.cos(angle) * ring * GAP, y: center.y + Math.sin(angle) * ring * GAP };
      if (taken.every((other) => distance(point, other) >= GAP)) return point;
    }
  }
  return center;
}

function middle(points: readonly Point[]): Point {
  if (points.length === 0) return { x: 0, y: 0 };
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }));
  return { x: sum.x / points.length, y: sum.y / points.length };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
