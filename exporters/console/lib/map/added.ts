import { type Arrow, GAP, type Item, roomAround } from "./block.ts";
import { around, type Box, distance, overlap, type Point, type Size } from "./geometry.ts";
import { blocksOf, isNarrow } from "./layout.ts";
import { leastBy } from "./least.ts";

/** A node with its place. */
export type Placed = Item & Point;

/** The nodes of one machine, of one frame where there is but one machine, or one that is in neither. */
type Part = readonly Placed[];

const UPRIGHT = { scale: 1, turned: false };
/** Least room between frames. */
const PART_GAP = 4;
/** Frames dragged onto each other by hand are not pushed for ever. */
const MOST_PUSHES = 500;
/** Steps in which a free place for a frame is looked for. */
const STEPS = { x: 60, y: 40 };
/** A place in what is seen already is better than one that is nearer, and makes all smaller. */
const OUTSIDE = 10_000;

/**
 * As `placesAmong`, and where there are several machines first among the nodes of its own. One that must grow pushes others aside.
 */
export function placesWith(
  kept: readonly Placed[],
  fresh: readonly Item[],
  arrows: readonly Arrow[],
  frame: Size,
): Map<string, Point> {
  const machines = Map.groupBy(fresh, ({ machine }) => machine);
  let placed = kept;
  for (const machine of [...machines.keys()].filter((name) => name !== "").sort()) {
    const own = placed.filter((node) => node.machine === machine);
    const items = machines.get(machine) ?? [];
    placed = own.length > 0 ? grownWith(placed, own, items, arrows) : besideAll(placed, items, arrows, frame);
  }
  const loose = machines.get("") ?? [];
  if (loose.length > 0) return placesAmong(placed, loose, arrows, frame);
  return new Map(placed.map(({ id, x, y }) => [id, { x, y }]));
}

/** All nodes, with new ones placed among those of their machine, which are `own`. */
function grownWith(all: readonly Placed[], own: Part, fresh: readonly Item[], arrows: readonly Arrow[]): Placed[] {
  const inner = (nodes: readonly Item[]) => nodes.map((node) => ({ ...node, machine: "" }));
  const { w, h } = around(own);
  const places = placesAmong(inner(own) as Placed[], inner(fresh), arrows, { w, h });
  const grown = [...own, ...fresh].map((node) => ({ ...node, ...(places.get(node.id) ?? { x: 0, y: 0 }) }));
  const others = partsOf(all.filter((node) => !own.includes(node)));
  return pushedAside(grown, others).flat();
}

/** All nodes, with those of a machine that is new in a place of their own. */
function besideAll(all: readonly Placed[], fresh: readonly Item[], arrows: readonly Arrow[], frame: Size): Placed[] {
  const [block] = blocksOf(fresh, arrows, UPRIGHT);
  const nodes = fresh.map((item) => ({ ...item, ...(block?.places.get(item.id) ?? { x: 0, y: 0 }) }));
  return [...all, ...movedToRoom(nodes, partsOf(all), arrows, frame)];
}

/**
 * Places for new nodes among those that are there, which keep theirs: beside the others of its frame, or, of a new frame,
 * wherever that has room, near to what they talk to. Only where a frame must grow and is closed in on all sides does what
 * lies right of it or below make room, by one row or so.
 */
function placesAmong(
  kept: readonly Placed[],
  fresh: readonly Item[],
  arrows: readonly Arrow[],
  frame: Size,
): Map<string, Point> {
  let parts = partsOf(kept);
  const isNew = ({ group }: Item) => group === "" || !kept.some((node) => node.group === group);
  const sorted = [...fresh].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const item of sorted.filter((one) => !isNew(one))) parts = withNode(parts, item, arrows, frame);
  const items = sorted.filter(isNew);
  for (const { places } of blocksOf(items, arrows, UPRIGHT)) {
    const nodes = items.flatMap((item) => {
      const place = places.get(item.id);
      return place ? [{ ...item, ...place }] : [];
    });
    parts = [...parts, ...partsOf(movedToRoom(nodes, parts, arrows, frame))];
  }
  return new Map(parts.flat().map(({ id, x, y }) => [id, { x, y }]));
}

/** Whether more is new than known: then the whole picture is better arranged anew than added to. */
export function needsLayout(known: number, fresh: number): boolean {
  return fresh > known;
}

/** By how much a frame would have to be enlarged for all of these to be seen in it; less than 1: it has room left. */
export function scaleOf(nodes: readonly Placed[], frame: Size): number {
  const { w, h } = around(partsOf(nodes).map(boxOf));
  return Math.max(w / frame.w, h / frame.h);
}

/** The nodes that get back the place they had, which is known and free. */
export function recalled(items: readonly Item[], places: ReadonlyMap<string, Point>, taken: readonly Box[]): Placed[] {
  return items.flatMap((item) => {
    const place = places.get(item.id);
    const isFree = place && !taken.some((box) => overlap({ ...item, ...place }, box, GAP.y / 2));
    return isFree ? [{ ...item, ...place }] : [];
  });
}

function partsOf(nodes: readonly Placed[]): Part[] {
  const parts = new Map<string, Placed[]>();
  for (const node of nodes) {
    const key = node.machine || node.group || `\n${node.id}`;
    parts.set(key, [...(parts.get(key) ?? []), node]);
  }
  return [...parts.values()];
}

function boxOf(part: Part): Box {
  const { machine = "", group = "" } = part[0] ?? {};
  const inner = partsOf(part.map((node) => ({ ...node, machine: "" })));
  const { x, y, w, h } = machine === "" ? around(part) : around(inner.map(boxOf));
  const { left, right, top, bottom } = roomAround(machine || group, UPRIGHT);
  return { x, y: y + (bottom - top) / 2, w: left + w + right, h: top + h + bottom };
}

/** What is seen where all is shown: everything, and beside it what the frame's shape leaves over. */
function seenOf(parts: readonly Part[], frame: Size): Box {
  const { x, y, w, h } = around(parts.map(boxOf));
  const scale = isNarrow(frame) ? 1 : Math.max(1, w / frame.w, h / frame.h);
  return { x, y, w: Math.max(w, frame.w * scale), h: Math.max(h, frame.h * scale) };
}

function withNode(parts: readonly Part[], item: Item, arrows: readonly Arrow[], frame: Size): Part[] {
  const own = parts.find(([first]) => first?.group === item.group) ?? [];
  const others = parts.filter((part) => part !== own);
  const seen = seenOf(parts, frame);
  const goal = goalOf([item], own, arrows) ?? around(own);
  const blocks = others.map(boxOf);
  const spots = spotsIn(own, item).filter((spot) => !own.some((node) => overlap(spot, node, GAP.y)));
  const grown = (spot: Placed) => boxOf([...own, spot]);
  const cost = (spot: Placed) =>
    distance(spot, goal) + growth(boxOf(own), grown(spot)) + (contains(seen, grown(spot)) ? 0 : OUTSIDE);
  const still = spots.filter((spot) => !blocks.some((block) => overlap(block, grown(spot), PART_GAP)));
  const best = leastBy(still, cost);
  if (best) return [...others, [...own, best]];
  const ways = [...spotsBelow(own, item), ...spots].map((spot) => pushedAside([...own, spot], others));
  return leastBy(ways, (way) => movement(others, way)) ?? [...parts];
}

/** One row below a frame's nodes, without making it wider where that can be. */
function spotsBelow(own: Part, item: Item): Placed[] {
  const { x, y, w, h } = around(own);
  const row = y + h / 2 + GAP.y + item.h / 2;
  const aside = Math.abs(w - item.w) / 2;
  const columns =
    item.w < w ? own.map((node) => Math.max(x - aside, Math.min(x + aside, node.x))) : [x, x - aside, x + aside];
  return columns.map((column) => ({ ...item, x: column, y: row }));
}

/** How far that node is moved which is moved farthest. */
function movement(before: readonly Part[], after: readonly Part[]): number {
  const places = new Map<string, Point>(after.flat().map((node) => [node.id, node]));
  return Math.max(0, ...before.flat().map((node) => distance(node, places.get(node.id) ?? node)));
}

/** In the rows and columns that the nodes of a frame have, and one more on each side. */
function spotsIn(own: Part, item: Item): Placed[] {
  const { x, y, w, h } = around(own);
  const beside = { x: w / 2 + GAP.x + item.w / 2, y: h / 2 + GAP.y + item.h / 2 };
  const xs = new Set([...own.map((node) => node.x), x - beside.x, x + beside.x]);
  const ys = new Set([...own.map((node) => node.y), y - beside.y, y + beside.y]);
  return [...xs].flatMap((column) => [...ys].map((row) => ({ ...item, x: column, y: row })));
}

/**
 * Makes room for a part: of two frames that lie on each other, the one moves, to the right or down, that has the shorter way,
 * and then what that lies on in turn.
 */
function pushedAside(part: Part, others: readonly Part[]): Part[] {
  const all = [part, ...others];
  const waiting = [0];
  for (let turn = 0; turn < MOST_PUSHES && waiting.length > 0; turn++) {
    const at = waiting.shift() ?? 0;
    for (const index of all.keys()) {
      const [mine, other] = [boxOf(all[at] ?? []), boxOf(all[index] ?? [])];
      if (index === at || !overlap(mine, other, PART_GAP)) continue;
      const [by, back] = [leastShift(mine, other), leastShift(other, mine)];
      // The part itself stays, as does what is nearer to the upper left corner.
      const mover = at === 0 || (index > 0 && by.x + by.y <= back.x + back.y) ? index : at;
      all[mover] = shifted(all[mover] ?? [], mover === index ? by : back);
      waiting.push(mover);
    }
  }
  return all;
}

function leastShift(box: Box, other: Box): Point {
  const right = box.x - other.x + (box.w + other.w) / 2 + PART_GAP;
  const down = box.y - other.y + (box.h + other.h) / 2 + PART_GAP;
  return right < down ? { x: right, y: 0 } : { x: 0, y: down };
}

function shifted(part: Part, { x, y }: Point): Placed[] {
  return part.map((node) => ({ ...node, x: node.x + x, y: node.y + y }));
}

/** Moves nodes that are arranged already, as one, to the best place that is free. */
function movedToRoom(nodes: Part, parts: readonly Part[], arrows: readonly Arrow[], frame: Size): Placed[] {
  const size = around(partsOf(nodes).map(boxOf));
  const blocks = parts.map(boxOf);
  const seen = seenOf(parts, frame);
  const goal = goalOf(nodes, parts.flat(), arrows) ?? seen;
  const free = roomsIn(seen, size).filter((room) => !blocks.some((block) => overlap(block, room, PART_GAP)));
  const room = leastBy(free, (one) => distance(one, goal)) ?? outside(seen, size, frame);
  return shifted(nodes, { x: room.x - size.x, y: room.y - size.y });
}

function roomsIn(seen: Box, { w, h }: Size): Box[] {
  const [wide, high] = [seen.w - w, seen.h - h];
  if (wide < 0 || high < 0) return [];
  const at = (index: number, steps: number, room: number) => (index / steps - 0.5) * room;
  return Array.from({ length: STEPS.x + 1 }, (_, column) =>
    Array.from({ length: STEPS.y + 1 }, (_, row) => ({
      ...{ x: seen.x + at(column, STEPS.x, wide), y: seen.y + at(row, STEPS.y, high) },
      ...{ w, h },
    })),
  ).flat();
}

/** Beside all, or below: where all is then shown larger. */
function outside({ x, y, w, h }: Box, size: Size, frame: Size): Box {
  const right = Math.max((w + PART_GAP + size.w) / frame.w, h / frame.h);
  const below = Math.max(w / frame.w, (h + PART_GAP + size.h) / frame.h);
  if (right < below && !isNarrow(frame)) return { ...size, x: x + (w + size.w) / 2 + PART_GAP, y };
  return { ...size, x, y: y + (h + size.h) / 2 + PART_GAP };
}

/** The middle of the placed nodes that these talk to; undefined: they talk to none. */
function goalOf(items: readonly Item[], placed: Part, arrows: readonly Arrow[]): Point | undefined {
  const ids = new Set(items.map(({ id }) => id));
  const near = new Set(
    arrows.flatMap(({ source, destination }) => [
      ...(ids.has(source) ? [destination] : []),
      ...(ids.has(destination) ? [source] : []),
    ]),
  );
  const talkedTo = placed.filter(({ id }) => near.has(id));
  return talkedTo.length > 0 ? around(talkedTo) : undefined;
}

function growth(before: Size, after: Size): number {
  return after.w - before.w + after.h - before.h;
}

function contains(outer: Box, inner: Box): boolean {
  const [dx, dy] = [Math.abs(outer.x - inner.x) * 2, Math.abs(outer.y - inner.y) * 2];
  return dx + inner.w <= outer.w + 1 && dy + inner.h <= outer.h + 1;
}
