import { around, type Box, hits, type Point } from "./geometry.ts";

/** About as wide as a node: most lines pass few cells, and most cells hold few boxes. */
const CELL = 80;
/** However far apart the boxes are, the grid has no more columns and rows than that. */
const MOST_CELLS = 100;

/** Boxes by the cells of a grid that they reach into, so that a line is held only against those near to it. */
export class BoxGrid<T extends Box = Box> {
  readonly #margin: number;
  readonly #size: number;
  readonly #cells = new Map<number, T[]>();

  /** @param margin what comes nearer than this to a box hits it */
  constructor(boxes: readonly T[], margin = 0) {
    const { w, h } = around(boxes);
    this.#margin = margin;
    this.#size = Math.max(CELL, w / MOST_CELLS, h / MOST_CELLS);
    for (const box of boxes) for (const key of this.#keysIn(box)) this.#put(key, box);
  }

  /** Those that may reach into an area; some may be named more than once. */
  near(area: Box): T[] {
    return this.#keysIn(area).flatMap((key) => this.#cells.get(key) ?? []);
  }

  /** Whether the straight line hits any box that is not one of these two. */
  isBlocked(from: Point, to: Point, ends: readonly Box[] = []): boolean {
    return this.#along(from, to, (box) => hits(from, to, box, this.#margin) && !ends.includes(box));
  }

  /** Looks at what lies in the cells that a line passes, column by column, until one is what is looked for. */
  #along(from: Point, to: Point, isWanted: (box: T) => boolean): boolean {
    const left = Math.min(from.x, to.x);
    const right = Math.max(from.x, to.x);
    const top = Math.min(from.y, to.y);
    const bottom = Math.max(from.y, to.y);
    const slope = right > left ? (to.y - from.y) / (to.x - from.x) : 0;
    const lastColumn = this.#cellOf(right);
    for (let column = this.#cellOf(left); column <= lastColumn; column++) {
      // Where the line enters the column, and where it leaves it.
      const enters = from.y + (Math.max(left, column * this.#size) - from.x) * slope;
      const leaves = from.y + (Math.min(right, (column + 1) * this.#size) - from.x) * slope;
      const steep = right === left;
      // A pixel more than the line needs, for what rounding takes from it.
      const first = steep ? top : Math.max(top, Math.min(enters, leaves) - 1);
      const last = steep ? bottom : Math.min(bottom, Math.max(enters, leaves) + 1);
      const lastRow = this.#cellOf(last);
      for (let row = this.#cellOf(first); row <= lastRow; row++) {
        if (this.#cells.get(keyOf(column, row))?.some(isWanted)) return true;
      }
    }
    return false;
  }

  #put(key: number, box: T): void {
    const cell = this.#cells.get(key);
    if (cell) cell.push(box);
    else this.#cells.set(key, [box]);
  }

  #keysIn({ x, y, w, h }: Box): number[] {
    const [halfW, halfH] = [w / 2 + this.#margin, h / 2 + this.#margin];
    const keys: number[] = [];
    for (let column = this.#cellOf(x - halfW); column <= this.#cellOf(x + halfW); column++) {
      for (let row = this.#cellOf(y - halfH); row <= this.#cellOf(y + halfH); row++) keys.push(keyOf(column, row));
    }
    return keys;
  }

  #cellOf(at: number): number {
    return Math.floor(at / this.#size);
  }
}

/** Cells far apart may share a key: what lies in both is then looked at for either. */
function keyOf(column: number, row: number): number {
  return column * 4096 + row;
}
