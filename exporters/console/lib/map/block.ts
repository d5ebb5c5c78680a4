import type { Point, Size } from "./geometry.ts";

/** A node to be placed. */
export interface Item extends Size {
  id: string;
  /** Of the frame it is in; empty: none. */
  group: string;
  /** Of the frame around that; empty: none. */
  machine: string;
}

export interface Arrow {
  source: string;
  destination: string;
}

/** One frame with the nodes in it, each placed from the block's upper left corner. */
export interface Block extends Size {
  places: ReadonlyMap<string, Point>;
}

/** By how much headings are enlarged, and whether the whole picture is turned: what is left here is above then. */
export interface Heading {
  scale: number;
  turned: boolean;
}

/** Least room between nodes: arrows are seen between columns, and lines pass between rows. */
export const GAP = { x: 30, y: 9 };
/** Around the nodes of a frame, besides its heading. */
const FRAME = 8;
const HEADING = 16;
/** Around a node that is in no frame. */
const ALONE = 4;
/** A little wider than high, so that several fill a screen; on a telephone nearly as wide as high. */
const SHAPE = { usual: 1.7, turned: 0.8 };
const SWEEPS = 4;

/**
 * Arranges the nodes of one frame in columns: who calls stands left of who is called, neighbours near to each other.
 * @param heading how the frame's heading is written
 */
export function blockOf(items: readonly Item[], arrows: readonly Arrow[], heading: Heading): Block {
  const sorted = [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
  const ids = new Set(sorted.map(({ id }) => id));
  const inside = arrows.filter(({ source, destination }) => ids.has(source) && ids.has(destination));
  const ranked = ranksOf(sorted, inside);
  const shapes = heightsFor(sorted.length).map((rows) => inColumns(ranked, rows));
  const cost = (columns: readonly Item[][]) => badness(sizeOf(columns, heading), shapeOf(heading));
  const best = shapes.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  const neighbours = neighboursOf(ids, inside);
  for (let sweep = 0; sweep < SWEEPS; sweep++) sortByNeighbours(best, neighbours);
  return { places: placesIn(best, heading), ...sizeOf(best, heading) };
}

/** Heights of columns worth trying: about the root of how many there are. */
function heightsFor(count: number): number[] {
  const most = Math.min(count, Math.ceil(2 * Math.sqrt(count)));
  return Array.from({ length: most }, (_, index) => index + 1);
}

/** Nodes by how many others stand before them; of a circle, the one with the fewest callers is first. */
function ranksOf(items: readonly Item[], arrows: readonly Arrow[]): Item[][] {
  const calls = arrows.filter(({ source, destination }) => source !== destination);
  const called = Map.groupBy(calls, ({ source }) => source);
  const callers = new Map(items.map((item) => [item.id, { item, waitsFor: new Set<string>() }]));
  for (const { source, destination } of calls) callers.get(destination)?.waitsFor.add(source);
  const ranks: Item[][] = [];
  while (callers.size > 0) {
    let least = Number.POSITIVE_INFINITY;
    for (const { waitsFor } of callers.values()) least = Math.min(least, waitsFor.size);
    const first = [...callers.values()].filter(({ waitsFor }) => waitsFor.size === least).map(({ item }) => item);
    const rank = least === 0 ? first : first.slice(0, 1);
    ranks.push(rank);
    for (const { id } of rank) callers.delete(id);
    for (const { id } of rank)
      for (const { destination } of called.get(id) ?? []) callers.get(destination)?.waitsFor.delete(id);
  }
  return ranks;
}

/** Columns of at most so many nodes, at least one for each rank. */
function inColumns(ranks: readonly Item[][], rows: number): Item[][] {
  return ranks.flatMap((rank) => {
    const columns = Math.ceil(rank.length / rows);
    const each = Math.ceil(rank.length / columns);
    return Array.from({ length: columns }, (_, at) => rank.slice(at * each, (at + 1) * each));
  });
}

function sizeOf(columns: readonly Item[][], heading: Heading): Size {
  const room = roomOf(columns, heading);
  const widths = columns.map(widthOf);
  const rows = Math.max(...columns.map(({ length }) => length));
  return {
    w: room.left + widths.reduce((a, b) => a + b) + (columns.length - 1) * GAP.x + room.right,
    h: room.top + rows * rowHeightOf(columns) - GAP.y + room.bottom,
  };
}

function placesIn(columns: readonly Item[][], heading: Heading): Map<string, Point> {
  const room = roomOf(columns, heading);
  const rows = Math.max(...columns.map(({ length }) => length));
  const rowHeight = rowHeightOf(columns);
  const places = new Map<string, Point>();
  let left = room.left;
  for (const column of columns) {
    const above = room.top + ((rows - column.length) / 2) * rowHeight;
    for (const [row, { id, h }] of column.entries()) {
      places.set(id, { x: left + widthOf(column) / 2, y: above + row * rowHeight + h / 2 });
    }
    left += widthOf(column) + GAP.x;
  }
  return places;
}

function roomOf(columns: readonly Item[][], heading: Heading): Room {
  return roomAround(columns[0]?.[0]?.group ?? "", heading);
}

interface Room {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What lies around the nodes of a group: its frame, and its heading. */
export function roomAround(group: string, { scale, turned }: Heading): Room {
  const side = group === "" ? ALONE : FRAME;
  const above = group === "" ? ALONE : FRAME + HEADING * scale;
  return turned
    ? { left: above, right: side, top: side, bottom: side }
    : { left: side, right: side, top: above, bottom: side };
}

function widthOf(column: readonly Item[]): number {
  return Math.max(0, ...column.map(({ w }) => w));
}

function rowHeightOf(columns: readonly Item[][]): number {
  return Math.max(...columns.flat().map(({ h }) => h)) + GAP.y;
}

/** Puts each node at the mean height of its neighbours, which makes most crossings go away. */
function sortByNeighbours(columns: Item[][], neighbours: ReadonlyMap<string, readonly string[]>): void {
  const heights = new Map<string, number>();
  for (const column of columns) {
    for (const [row, { id }] of column.entries()) heights.set(id, (row + 0.5) / column.length);
  }
  for (const column of columns) {
    const wanted = new Map(column.map(({ id }) => [id, meanHeight(id, neighbours.get(id) ?? [], heights)]));
    column.sort((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0) || (a.id < b.id ? -1 : 1));
    for (const [row, { id }] of column.entries()) heights.set(id, (row + 0.5) / column.length);
  }
}

/** Whom each node calls and who calls it, looked up once for all sweeps. */
function neighboursOf(ids: ReadonlySet<string>, arrows: readonly Arrow[]): Map<string, string[]> {
  const neighbours = new Map([...ids].map((id): [string, string[]] => [id, []]));
  for (const { source, destination } of arrows) {
    neighbours.get(source)?.push(destination);
    if (source !== destination) neighbours.get(destination)?.push(source);
  }
  return neighbours;
}

function meanHeight(id: string, near: readonly string[], heights: ReadonlyMap<string, number>): number {
  if (near.length === 0) return heights.get(id) ?? 0;
  return near.reduce((sum, one) => sum + (heights.get(one) ?? 0), 0) / near.length;
}

/** Of a frame: its width over its height. */
export function shapeOf({ turned }: Heading): number {
  return turned ? SHAPE.turned : SHAPE.usual;
}

/** How much room it takes, and how far it is from the wanted shape. */
export function badness({ w, h }: Size, shape: number): number {
  return w * h * (1 + 0.6 * Math.abs(Math.log(w / h / shape)));
}
