import { type Box, distance, hits, overlap, type Point, type Size } from "./geometry.ts";

export interface LabelledLine {
  id: string;
  from: Box;
  to: Box;
  bends: readonly Point[];
  /** Room of the texts it may have, that which says most first. */
  texts: readonly Size[];
  /** It has a text even where there is no room for one. */
  always: boolean;
}

export interface LabelPlace {
  /** How far from the start of the line, where it leaves its node, the middle of the text lies. */
  offset: number;
  /** Which of its texts there is room for; undefined: none of them. */
  text: number | undefined;
}

/** Parts of its line at which a text can be, the best first. */
const PARTS = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];
/** Between a text and what it must not cover. */
const GAP = 1;

/**
 * Finds a place on each line for the text that says most: where it covers neither a node nor the text of a line before it,
 * and of such places the one that fewest other lines cross.
 */
export function labelPlaces(lines: readonly LabelledLine[], boxes: readonly Box[]): Map<string, LabelPlace> {
  const taken = [...boxes];
  const paths = lines.map(pathOf);
  return new Map(
    lines.map((line, at): [string, LabelPlace] => {
      const { place, box } = placeOn(paths[at] ?? [], line, taken, paths);
      if (box) taken.push(box);
      return [line.id, place];
    }),
  );
}

function pathOf({ from, to, bends }: LabelledLine): Point[] {
  return [edgeOfBox(from, bends[0] ?? to), ...bends, edgeOfBox(to, bends.at(-1) ?? from)];
}

function placeOn(
  path: readonly Point[],
  { texts, always }: LabelledLine,
  taken: readonly Box[],
  paths: readonly (readonly Point[])[],
): { place: LabelPlace; box?: Box } {
  const length = lengthOf(path);
  const candidates = (size: Size) =>
    PARTS.map((part) => part * length).map((offset) => ({ offset, box: { ...pointAt(path, offset), ...size } }));
  const covers = ({ box }: { box: Box }) => taken.filter((other) => overlap(other, box, GAP)).length;
  const crossings = ({ box }: { box: Box }) => paths.filter((other) => other !== path && crosses(other, box)).length;
  for (const [text, size] of texts.entries()) {
    const best = leastBy(
      candidates(size).filter((candidate) => covers(candidate) === 0),
      crossings,
    );
    if (best) return { place: { offset: best.offset, text }, box: best.box };
  }
  const smallest = texts.at(-1);
  const best = always && smallest ? leastBy(candidates(smallest), covers) : undefined;
  if (best) return { place: { offset: best.offset, text: texts.length - 1 }, box: best.box };
  return { place: { offset: length / 2, text: undefined } };
}

function crosses(path: readonly Point[], box: Box): boolean {
  return path.some((to, at) => at > 0 && hits(path[at - 1] ?? to, to, box));
}

/** The first of those with the least cost. */
function leastBy<T>(all: readonly T[], costOf: (one: T) => number): T | undefined {
  const costs = all.map(costOf);
  return all[costs.indexOf(Math.min(...costs))];
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
