import { around, type Box, distance, hits, overlap, type Point, type Size } from "./geometry.ts";
import { leastBy } from "./least.ts";

export interface LabelledLine {
  id: string;
  from: Box;
  to: Box;
  bends: readonly Point[];
  /** Room of the texts it may have, that which says most first. */
  texts: readonly Size[];
  /** They may be beside the line as well, where there is no room on it. */
  beside?: boolean;
}

export interface LabelPlace {
  /** How far from the start of the line, where it leaves its node, the middle of the text lies. */
  offset: number;
  /** How far from its line the middle of the text lies. */
  margin: Point;
  /** Which of its texts there is room for; undefined: none of them. */
  text: number | undefined;
}

/** Parts of its line at which a text can be, the best first. */
const PARTS = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];
/** Between a text and what it must not cover. */
const GAP = 1;
/** How far a text may lie beyond the outermost nodes. */
const BEYOND = 18;
/** Between a text beside a line and that. */
const BESIDE = 3;

/**
 * Finds a place on each line for the text that says most: where it covers neither a node nor the text of a line before it,
 * and no line before it passes over it, for those are drawn above; of such places, the one that fewest other lines cross.
 */
export function labelPlaces(lines: readonly LabelledLine[], boxes: readonly Box[]): Map<string, LabelPlace> {
  const taken = [...boxes];
  const picture = around(boxes);
  const paths = lines.map(pathOf);
  return new Map(
    lines.map((line, at): [string, LabelPlace] => {
      const [above, below] = [paths.slice(0, at), paths.slice(at + 1)];
      const { place, box } = placeOn(paths[at] ?? [], line, { taken, picture, above, below });
      if (box) taken.push(box);
      return [line.id, place];
    }),
  );
}

function pathOf({ from, to, bends }: LabelledLine): Point[] {
  return [edgeOfBox(from, bends[0] ?? to), ...bends, edgeOfBox(to, bends.at(-1) ?? from)];
}

interface Around {
  /** What no text may cover. */
  taken: readonly Box[];
  /** What no text may lie outside of: it would be cut at the frame. */
  picture: Box;
  /** Lines that are drawn over a text, and such that a text is drawn over. */
  above: readonly Path[];
  below: readonly Path[];
}

type Path = readonly Point[];

function placeOn(
  path: Path,
  { texts, beside = false }: LabelledLine,
  { taken, picture, above, below }: Around,
): { place: LabelPlace; box?: Box } {
  const isFree = (box: Box) =>
    isInside(box, picture) &&
    !taken.some((other) => overlap(other, box, GAP)) &&
    !above.some((other) => crosses(other, box));
  for (const [text, size] of texts.entries()) {
    for (const side of beside ? [0, 1, -1] : [0]) {
      const best = leastBy(
        candidatesAt(path, size, side).filter(({ box }) => isFree(box)),
        ({ box }) => below.filter((other) => crosses(other, box)).length,
      );
      if (best) return { place: { offset: best.offset, margin: best.margin, text }, box: best.box };
    }
  }
  return { place: { offset: lengthOf(path) / 2, margin: { x: 0, y: 0 }, text: undefined } };
}

/** @param side of the line; 0: on it */
function candidatesAt(path: Path, size: Size, side: number): { offset: number; margin: Point; box: Box }[] {
  const length = lengthOf(path);
  return PARTS.map((part) => {
    const offset = part * length;
    const { x, y } = pointAt(path, offset);
    const margin = marginOf(pointAt(path, offset - 1), pointAt(path, offset + 1), size, side);
    return { offset, margin, box: { x: x + margin.x, y: y + margin.y, ...size } };
  });
}

/** How far a text must be from a line through these points to be clear of it. */
function marginOf(from: Point, to: Point, { w, h }: Size, side: number): Point {
  const length = Math.max(1e-9, distance(from, to));
  const normal = { x: (from.y - to.y) / length, y: (to.x - from.x) / length };
  const away = side * ((Math.abs(normal.x) * w + Math.abs(normal.y) * h) / 2 + BESIDE);
  return { x: normal.x * away, y: normal.y * away };
}

function isInside({ x, y, w, h }: Box, picture: Box): boolean {
  const [dx, dy] = [Math.abs(x - picture.x) * 2, Math.abs(y - picture.y) * 2];
  return dx + w <= picture.w + 2 * BEYOND && dy + h <= picture.h + 2 * BEYOND;
}

function crosses(path: Path, box: Box): boolean {
  return path.some((to, at) => at > 0 && hits(path[at - 1] ?? to, to, box));
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
