import { type Box, distance, overlap, type Point, type Size } from "./geometry.ts";

export interface LabelledLine {
  id: string;
  from: Box;
  to: Box;
  bends: readonly Point[];
  label: Size;
}

/** Parts of its line at which a label can be, the best first. */
const PARTS = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];

/**
 * How far from the start of each line, where it leaves its node, the middle of its label lies: where it covers neither a
 * node nor the label of a line before it, or, where there is no such place, as few as can be.
 */
export function labelOffsets(lines: readonly LabelledLine[], boxes: readonly Box[]): Map<string, number> {
  const taken = [...boxes];
  return new Map(
    lines.map(({ id, from, to, bends, label }): [string, number] => {
      const points = [edgeOfBox(from, bends[0] ?? to), ...bends, edgeOfBox(to, bends.at(-1) ?? from)];
      const length = lengthOf(points);
      const offsets = PARTS.map((part) => part * length);
      const boxAt = (offset: number): Box => ({ ...pointAt(points, offset), ...label });
      const covered = offsets.map((offset) => taken.filter((box) => overlap(box, boxAt(offset))).length);
      const offset = offsets[covered.indexOf(Math.min(...covered))] ?? length / 2;
      taken.push(boxAt(offset));
      return [id, offset];
    }),
  );
}

/** Where the straight line from the middle of a box to a point leaves it. */
function edgeOfBox({ x, y, w, h }: Box, to: Point): Point {
  const [dx, dy] = [to.x - x, to.y - y];
  const share = Math.min(1, w / 2 / Math.max(1e-9, Math.abs(dx)), h / 2 / Math.max(1e-9, Math.abs(dy)));
  return { x: x + dx * share, y: y + dy * share };
}

function pointAt(points: readonly Point[], offset: number): Point {
  let left = offset;
  for (const [at, to] of points.entries()) {
    const from = points[at - 1];
    if (!from) continue;
    const length = distance(from, to);
    if (left <= length) {
      const share = length === 0 ? 0 : left / length;
      return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    }
    left -= length;
  }
  return points.at(-1) ?? { x: 0, y: 0 };
}

function lengthOf(points: readonly Point[]): number {
  return points.reduce((sum, point, at) => sum + distance(points[at - 1] ?? point, point), 0);
}
