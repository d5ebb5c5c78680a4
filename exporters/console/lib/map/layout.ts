import { type Arrow, type Block, badness, blockOf, type Heading, type Item, roomAround, shapeOf } from "./block.ts";
import { type Box, distance, hits, type Point, type Size } from "./geometry.ts";
import { leastBy } from "./least.ts";
import { type Packed, pack } from "./pack.ts";

const BLOCK_GAP = 12;
const NARROW = 600;
/** By how much a picture may be larger than its frame, tried in turn: it is then shown smaller. */
const SCALES = Array.from({ length: 60 }, (_, step) => 1.04 ** step);
/** Parts of the frame's height that a picture which needs less room is packed into, so that it uses the width as well. */
const HEIGHTS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** Gaps grow up to so much where the frame has room. */
const MOST_STRETCH = 2.2;
/** Headings are written up to so much larger on a map that is shown smaller. */
export const MOST_HEADING = 2.5;
/** How much longer edges may become for one that does not cross a foreign node. */
const CROSSING = 150;
/** How much longer edges may become for one that goes from left to right. */
const BACKWARD = 60;
/** How much may be looked at while better places are searched for: some tenths of a second. */
const LOOKS = 3_000_000;

interface Plan {
  order: readonly Block[];
  packed: Packed;
  cost: number;
}

/** Frames as narrow as a telephone's: who calls stands above whom it calls, and all may be higher than the frame. */
export function isNarrow({ w }: Size): boolean {
  return w < NARROW;
}

/**
 * A place for every node, in screen pixels, so that all is seen in a frame of this size without being shrunk, if it fits at
 * all: frames around groups side by side, callers left of whom they call. The same nodes and edges have always the same places,
 * in whatever order they come.
 */
export function layoutOf(items: readonly Item[], arrows: readonly Arrow[], frame: Size): Map<string, Point> {
  if (!isNarrow(frame)) return arranged(items, arrows, frame, false);
  const lying = items.map((item) => ({ ...item, w: item.h, h: item.w }));
  const blocks = blocksOf(lying, arrows, { scale: 1, turned: true });
  const high = Math.min(...ordersOf(blocks).map((order) => pack(order, frame.w, BLOCK_GAP).width));
  const places = arranged(lying, arrows, { w: Math.max(frame.h, high), h: frame.w }, true);
  return new Map([...places].map(([id, { x, y }]) => [id, { x: y, y: x }]));
}

/** @param turned the picture is turned afterwards, so that its left side is above */
function arranged(items: readonly Item[], arrows: readonly Arrow[], frame: Size, turned: boolean): Map<string, Point> {
  const startWith = (heading: number) => startOf(blocksOf(items, arrows, { scale: heading, turned }), frame);
  const small = startWith(1);
  // Where all is shown smaller, headings are written larger, and take more room.
  const heading = Math.min(MOST_HEADING, small.scale);
  const { order, strip, scale } = heading === 1 ? small : startWith(heading);
  const sizes = new Map(items.map((item) => [item.id, item]));
  const sortedArrows = [...arrows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const planned = (blocks: readonly Block[]) => planOf(blocks, sizes, sortedArrows, strip);
  // Nodes to be packed, and lines to be held against nodes.
  const effort = items.length * (items.length + arrows.length);
  const plan = improved(order, planned, effort);
  return stretched(placesOf(plan), plan.packed, { w: frame.w * scale, h: frame.h * scale });
}

interface Start {
  order: readonly Block[];
  /** What the blocks are packed into. */
  strip: Size;
  scale: number;
}

/** The least enlargement of the frame that an order of the blocks fits into, and the height of them all that fills it best. */
function startOf(blocks: readonly Block[], frame: Size): Start {
  const orders = ordersOf(blocks);
  for (const scale of SCALES) {
    // To pack what has more area than the frame anyway would be in vain.
    const heights = HEIGHTS.filter((part) => mayFit(blocks, frame, scale, part));
    const starts = orders.flatMap((order) => heights.map((part) => startIn(order, frame, scale, part)));
    const fitting = starts.filter(({ room }) => room >= 1);
    if (fitting.length > 0) return fitting.reduce((best, one) => (one.room > best.room + 0.01 ? one : best));
  }
  const scale = SCALES.at(-1) ?? 1;
  return { order: blocks, strip: { w: frame.w * scale, h: frame.h * scale }, scale };
}

/** False: the blocks, each with the gaps right of it and below, have more area than the frame with gaps around. */
function mayFit(blocks: readonly Block[], frame: Size, scale: number, part: number): boolean {
  const area = blocks.reduce((sum, { w, h }) => sum + (w + BLOCK_GAP) * (h + BLOCK_GAP), 0);
  const tallest = Math.max(...blocks.map(({ h }) => h));
  const height = Math.max(frame.h * scale * part, tallest);
  return area <= (frame.w * scale + BLOCK_GAP) * (height + BLOCK_GAP) * 1.0001;
}

/** `room` is by how much the picture could be enlarged in the frame. */
function startIn(order: readonly Block[], frame: Size, scale: number, part: number): Start & { room: number } {
  const [w, h] = [frame.w * scale, frame.h * scale];
  const packed = pack(order, h * part, BLOCK_GAP);
  return { order, scale, strip: { w, h: h * part }, room: Math.min(w / packed.width, h / packed.height) };
}

function ordersOf(blocks: readonly Block[]): (readonly Block[])[] {
  return [blocks, byWidth(blocks), byHeight(blocks), byArea(blocks)];
}

const byWidth = (blocks: readonly Block[]) => sortedBy(blocks, ({ w }) => w);
const byHeight = (blocks: readonly Block[]) => sortedBy(blocks, ({ h }) => h);
const byArea = (blocks: readonly Block[]) => sortedBy(blocks, ({ w, h }) => w * h);

/** The largest first. */
function sortedBy(blocks: readonly Block[], sizeOf: (block: Block) => number): Block[] {
  return [...blocks].sort((a, b) => sizeOf(b) - sizeOf(a));
}

/** The machines where there are several, the frames, and the nodes in none that hang together, each arranged; who calls others first. */
export function blocksOf(items: readonly Item[], arrows: readonly Arrow[], heading: Heading): Block[] {
  const machines = Map.groupBy(items, ({ machine }) => machine);
  const inner = innerBlocks(machines.get("") ?? [], arrows, heading);
  machines.delete("");
  const names = [...machines.keys()].sort();
  const outer = names.map((name) => surrounded(innerBlocks(machines.get(name) ?? [], arrows, heading), name, heading));
  return outer.length === 0 ? inner : inFlowOrder([...outer, ...inner], arrows);
}

/** Blocks packed into one, with a frame around them, of about the shape that the blocks within have. */
function surrounded(blocks: readonly Block[], frame: string, heading: Heading): Block {
  const { left, right, top, bottom } = roomAround(frame, heading);
  const heights = blocks.toSorted((a, b) => b.h - a.h).map(({ h }) => h + BLOCK_GAP);
  const strips = heights.map((_, at) => heights.slice(0, at + 1).reduce((a, b) => a + b) - BLOCK_GAP);
  const packings = strips.map((height) => pack(blocks, height, BLOCK_GAP));
  const packed = leastBy(packings, ({ width: w, height: h }) => badness({ w, h }, shapeOf(heading)));
  if (!packed) return { places: new Map(), w: 0, h: 0 };
  const shifted = [...placesOf({ order: blocks, packed })].map(
    ([id, { x, y }]) => [id, { x: x + left, y: y + top }] as const,
  );
  return { places: new Map(shifted), w: left + packed.width + right, h: top + packed.height + bottom };
}

function innerBlocks(items: readonly Item[], arrows: readonly Arrow[], heading: Heading): Block[] {
  const loose = partsOf(
    items.filter(({ group }) => group === ""),
    arrows,
  );
  const groups = Map.groupBy(items, (item) => item.group || `\n${loose.get(item.id)}`);
  const keys = new Map([...groups].flatMap(([key, members]) => members.map(({ id }) => [id, key] as const)));
  const inside = Map.groupBy(arrows, ({ source, destination }) =>
    keys.get(source) === keys.get(destination) ? keys.get(source) : undefined,
  );
  const blocks = [...groups.keys()].sort().map((key) => blockOf(groups.get(key) ?? [], inside.get(key) ?? [], heading));
  return inFlowOrder(blocks, arrows);
}

/** The nodes that hang together, each by the name of one of them: those that no frame holds are arranged like one. */
function partsOf(items: readonly Item[], arrows: readonly Arrow[]): Map<string, string> {
  const towards = new Map(items.map(({ id }) => [id, id]));
  const partOf = (id: string): string => {
    const next = towards.get(id) ?? id;
    if (next === id) return id;
    const part = partOf(next);
    // The next one who asks needs one step.
    towards.set(id, part);
    return part;
  };
  for (const { source, destination } of arrows) {
    if (!towards.has(source) || !towards.has(destination)) continue;
    const [from, to] = [partOf(source), partOf(destination)];
    if (from < to) towards.set(to, from);
    else towards.set(from, to);
  }
  return new Map(items.map(({ id }) => [id, partOf(id)]));
}

/** Blocks that others call come after those. */
function inFlowOrder(blocks: readonly Block[], arrows: readonly Arrow[]): Block[] {
  const holders = new Map(blocks.flatMap((block) => [...block.places.keys()].map((id) => [id, block] as const)));
  const counts = new Map(blocks.map((block) => [block, { out: 0, back: 0 }]));
  for (const { source, destination } of arrows) {
    const [from, to] = [holders.get(source), holders.get(destination)];
    if (from === to) continue;
    const [caller, called] = [from && counts.get(from), to && counts.get(to)];
    if (caller) caller.out++;
    if (called) called.back++;
  }
  const balance = (block: Block) => {
    const { out, back } = counts.get(block) ?? { out: 0, back: 0 };
    return (back - out) / Math.max(1, back + out);
  };
  return [...blocks].sort((a, b) => balance(a) - balance(b));
}

/** Swaps blocks as long as that makes the picture better, or until enough has been looked at. */
function improved(blocks: readonly Block[], planned: (order: readonly Block[]) => Plan, effort: number): Plan {
  let best = planned(blocks);
  let left = LOOKS / Math.max(1, effort);
  for (let found = true; found && left > 0; ) {
    found = false;
    for (const order of swapsOf(best.order)) {
      if (left-- <= 0) break;
      const plan = planned(order);
      if (plan.cost >= best.cost - 1) continue;
      best = plan;
      found = true;
      break;
    }
  }
  return best;
}

function* swapsOf<T>(list: readonly T[]): Generator<T[]> {
  for (let a = 0; a < list.length; a++) {
    for (let b = a + 1; b < list.length; b++) {
      const swapped = [...list];
      [swapped[a], swapped[b]] = [list[b] as T, list[a] as T];
      yield swapped;
    }
  }
}

function planOf(
  order: readonly Block[],
  sizes: ReadonlyMap<string, Size>,
  arrows: readonly Arrow[],
  strip: Size,
): Plan {
  const packed = pack(order, strip.h, BLOCK_GAP);
  const boxes = new Map<string, Box>();
  for (const [id, place] of placesOf({ order, packed }))
    boxes.set(id, { ...place, ...(sizes.get(id) ?? { w: 0, h: 0 }) });
  const beyond = Math.max(0, packed.width - strip.w) * 1000;
  return { order, packed, cost: beyond + costOf(boxes, arrows) };
}

function placesOf({ order, packed }: Omit<Plan, "cost">): Map<string, Point> {
  const places = new Map<string, Point>();
  for (const [index, block] of order.entries()) {
    const corner = packed.corners[index] ?? { x: 0, y: 0 };
    for (const [id, { x, y }] of block.places) places.set(id, { x: corner.x + x, y: corner.y + y });
  }
  return places;
}

function costOf(boxes: ReadonlyMap<string, Box>, arrows: readonly Arrow[]): number {
  const all = [...boxes.values()];
  let cost = 0;
  for (const { source, destination } of arrows) {
    const [from, to] = [boxes.get(source), boxes.get(destination)];
    if (!from || !to) continue;
    cost += distance(from, to) + (to.x < from.x ? BACKWARD : 0);
    for (const box of all) if (box !== from && box !== to && hits(from, to, box)) cost += CROSSING;
  }
  return cost;
}

/** Widens the gaps to what the frame has room for. */
function stretched(places: Map<string, Point>, { width, height }: Packed, room: Size): Map<string, Point> {
  const factor = (has: number, uses: number) => Math.min(MOST_STRETCH, Math.max(1, has / Math.max(1, uses)));
  const [x, y] = [factor(room.w, width), factor(room.h, height)];
  return new Map([...places].map(([id, place]) => [id, { x: place.x * x, y: place.y * y }]));
}

function keyOf({ source, destination }: Arrow): string {
  return `${source}\n${destination}`;
}
