import type { Point } from "./place.ts";

/** Room for a node and its name. */
const CELL = { w: 150, h: 72 };
/** Room around a block, for its frame and heading. */
const MARGIN = 60;

interface Block {
  ids: readonly string[];
  columns: number;
  w: number;
  h: number;
}

/**
 * Arranges a crowd: each group as a block of its own, the largest first, in lines as long as the frame's shape wants.
 * Nothing lies on anything else, and it takes no time; who is near to whom means nothing.
 */
export function inBlocks(groups: readonly (readonly string[])[], aspect: number): Map<string, Point> {
  const blocks = groups.filter(({ length }) => length > 0).map(blockOf);
  blocks.sort((a, b) => b.h - a.h || b.w - a.w);
  const area = blocks.reduce((sum, { w, h }) => sum + w * h, 0);
  const lineWidth = Math.sqrt(area * aspect);
  const places = new Map<string, Point>();
  let [x, y, lineHeight] = [0, 0, 0];
  for (const block of blocks) {
    if (x > 0 && x + block.w > lineWidth) [x, y, lineHeight] = [0, y + lineHeight, 0];
    for (const [index, id] of block.ids.entries()) places.set(id, placeIn(block, index, x, y));
    x += block.w;
    lineHeight = Math.max(lineHeight, block.h);
  }
  return places;
}

function blockOf(ids: readonly string[]): Block {
  const columns = Math.ceil(Math.sqrt(ids.length * 0.75));
  const rows = Math.ceil(ids.length / columns);
  return { ids: [...ids].sort(), columns, w: columns * CELL.w + MARGIN, h: rows * CELL.h + MARGIN };
}

function placeIn({ columns }: Block, index: number, x: number, y: number): Point {
  const [column, row] = [index % columns, Math.floor(index / columns)];
  return { x: x + (column + 0.5) * CELL.w, y: y + (row + 0.5) * CELL.h };
}
