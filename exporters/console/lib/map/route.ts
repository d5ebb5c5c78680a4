import type { Arrow } from "./block.ts";
import { BoxGrid } from "./box-grid.ts";
import { type Box, distance, hits, type Point, type Size } from "./geometry.ts";
import { Queue } from "./queue.ts";

/** How far a line stays from nodes that are not its own, and how far its corners do. */
const MARGIN = 2;
const CORNER = 4.5;
/** A bend is worth so many pixels of a detour. */
const BEND = 18;
/** Lines between the same two nodes lie so far apart. */
const LANE = 9;
/** No corner of a way is farther from the last than this. */
const REACH = 240;
/** A way with more corners to try than this is given up: the line goes straight. */
const MOST_STEPS = 600;
/** So many corners are tried for all lines together; of many lines each has its share, whatever their order. */
const ALL_STEPS = 150_000;

export interface Line extends Arrow {
  id: string;
}

/**
 * The points at which each line bends on its way around the nodes that are not its own; none: it goes straight.
 * @param others what no line may cross, such as headings
 */
export function routesOf(
  boxes: ReadonlyMap<string, Box>,
  lines: readonly Line[],
  others: readonly Box[] = [],
): Map<string, Point[]> {
  const sight = new Sight([...boxes.values(), ...others]);
  const steps = Math.min(MOST_STEPS, ALL_STEPS / lines.length);
  const lanes = lanesOf(lines);
  return new Map(
    lines.map((line): [string, Point[]] => {
      const [from, to] = [boxes.get(line.source), boxes.get(line.destination)];
      if (!from || !to || from === to) return [line.id, []];
      return [line.id, route(from, to, lanes.get(line.id) ?? 0, sight, steps)];
    }),
  );
}

/** Whether a line with these bends crosses a node that is not its own. */
export function crossings(boxes: ReadonlyMap<string, Box>, line: Line, bends: readonly Point[]): string[] {
  const [from, to] = [boxes.get(line.source), boxes.get(line.destination)];
  if (!from || !to) return [];
  const points = [from, ...bends, to];
  const foreign = [...boxes].filter(([, box]) => box !== from && box !== to);
  return foreign
    .filter(([, box]) => points.some((point, at) => at > 0 && hits(points[at - 1] ?? point, point, box)))
    .map(([id]) => id);
}

function route(from: Box, to: Box, lane: number, sight: Sight, steps: number): Point[] {
  const aside = besides(from, to, lane);
  if (isFree([from, ...aside, to], sight, [from, to])) return aside;
  const way = shortest(from, to, sight, steps);
  return shifted([from, ...way, to], lane);
}

/** Where lines share two nodes, each bends a little to its own side: 0, or how far in pixels. */
function lanesOf(lines: readonly Line[]): Map<string, number> {
  const pairs = new Map<string, Line[]>();
  for (const line of lines) {
    const key = [line.source, line.destination].sort().join("\n");
    pairs.set(key, [...(pairs.get(key) ?? []), line]);
  }
  const lanes = new Map<string, number>();
  for (const pair of pairs.values()) {
    const sorted = [...pair].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const [index, { id, source, destination }] of sorted.entries()) {
      // Seen from one end, so that both directions lie on different sides.
      const side = source < destination ? 1 : -1;
      lanes.set(id, (index - (sorted.length - 1) / 2) * LANE * side);
    }
  }
  return lanes;
}

/** To one side of the straight way, between its two nodes: a line that bends inside one has no end there, and is not drawn. */
function besides(from: Box, to: Box, lane: number): Point[] {
  if (lane === 0) return [];
  const length = Math.max(1, distance(from, to));
  const normal = { x: (-(to.y - from.y) / length) * lane, y: ((to.x - from.x) / length) * lane };
  return bendShares(from, to, LANE / length).map((share) => ({
    x: from.x + (to.x - from.x) * share + normal.x,
    y: from.y + (to.y - from.y) * share + normal.y,
  }));
}

/** Which parts of the way lie before the bends; where the nodes are too near for two, there is one in the middle of the gap. */
function bendShares(from: Box, to: Box, room: number): number[] {
  const [left, reached] = [shareWithin(from, from, to), 1 - shareWithin(to, from, to)];
  const [first, last] = [Math.max(0.3, left + room), Math.min(0.7, reached - room)];
  return first < last ? [first, last] : [(left + reached) / 2];
}

/** Which part of the way between two points lies within this box around one of them. */
function shareWithin({ w, h }: Size, from: Point, to: Point): number {
  return Math.min(1, w / 2 / Math.abs(to.x - from.x), h / 2 / Math.abs(to.y - from.y));
}

/** The same bends, a little to the side, so that no line hides another. */
function shifted(points: readonly Point[], lane: number): Point[] {
  return points.slice(1, -1).map(({ x, y }) => ({ x, y: y + Math.max(-4, Math.min(4, lane / 2)) }));
}

function isFree(points: readonly Point[], sight: Sight, ends: readonly Box[]): boolean {
  return points.every((point, at) => at === 0 || sight.isFree(points[at - 1] ?? point, point, ends));
}

interface Visit {
  point: Point;
  before: Visit | undefined;
  length: number;
}

/** The shortest way from corner to corner (A*); none found: straight. */
function shortest(from: Box, to: Box, sight: Sight, steps: number): Point[] {
  const ends = [from, to];
  const open = new Queue<Visit>();
  open.put({ point: from, before: undefined, length: 0 }, distance(from, to));
  const best = new Map<Point, number>();
  for (let step = 0; step < steps; ) {
    const visit = open.take();
    if (!visit) return [];
    if (visit.point === to) return bendsOf(visit);
    // Since it was put there, a shorter way to the same corner has been found.
    if (visit.length > (best.get(visit.point) ?? Number.POSITIVE_INFINITY)) continue;
    step++;
    const corners = visit.point === from ? sight.seenFrom(from, ends) : sight.seenFromCorner(visit.point);
    const ahead = sight.isFree(visit.point, to, ends) ? [...corners, to] : corners;
    for (const point of ahead) {
      const length = visit.length + distance(visit.point, point) + (point === to ? 0 : BEND);
      if (length >= (best.get(point) ?? Number.POSITIVE_INFINITY)) continue;
      best.set(point, length);
      open.put({ point, before: visit, length }, length + distance(point, to));
    }
  }
  return [];
}

function bendsOf(visit: Visit): Point[] {
  const points: Point[] = [];
  for (let one = visit.before; one?.before; one = one.before) points.unshift(one.point);
  return points;
}

/** A corner, with its number: those seen are tried in this order. */
interface Corner extends Box {
  at: number;
}

/** The corners that ways can bend at, and which of them are seen from which; looked up once. */
class Sight {
  readonly #boxes: BoxGrid;
  readonly #corners: BoxGrid<Corner>;
  readonly #seen = new Map<Point, Point[]>();

  constructor(boxes: readonly Box[]) {
    this.#boxes = new BoxGrid(boxes, MARGIN);
    const corners = boxes.flatMap(cornersOf).map((point, at) => ({ ...point, w: 0, h: 0, at }));
    this.#corners = new BoxGrid(corners.filter((point) => !this.#boxes.near(point).some((box) => within(point, box))));
  }

  isFree(from: Point, to: Point, ends: readonly Box[]): boolean {
    return !this.#boxes.isBlocked(from, to, ends);
  }

  seenFromCorner(corner: Point): Point[] {
    const known = this.#seen.get(corner);
    if (known) return known;
    const seen = this.seenFrom(corner, []);
    this.#seen.set(corner, seen);
    return seen;
  }

  /** @param ends boxes that hide nothing */
  seenFrom(point: Point, ends: readonly Box[]): Point[] {
    const near = this.#corners.near({ x: point.x, y: point.y, w: 2 * REACH, h: 2 * REACH });
    const isSeen = (corner: Corner) =>
      corner !== point && distance(corner, point) < REACH && this.isFree(point, corner, ends);
    return near.filter(isSeen).sort((a, b) => a.at - b.at);
  }
}

function cornersOf({ x, y, w, h }: Box): Point[] {
  const [halfW, halfH] = [w / 2 + CORNER, h / 2 + CORNER];
  return [
    { x: x - halfW, y: y - halfH },
    { x: x + halfW, y: y - halfH },
    { x: x - halfW, y: y + halfH },
    { x: x + halfW, y: y + halfH },
  ];
}

function within(point: Point, box: Box): boolean {
  return Math.abs(point.x - box.x) < box.w / 2 + MARGIN && Math.abs(point.y - box.y) < box.h / 2 + MARGIN;
}
