export interface Point {
  x: number;
  y: number;
}

export interface Size {
  w: number;
  h: number;
}

/** By its middle, as nodes of the picture are placed. */
export interface Box extends Point, Size {}

/** Whether two boxes have less than `gap` between them. */
export function overlap(a: Box, b: Box, gap = 0): boolean {
  return Math.abs(a.x - b.x) * 2 < a.w + b.w + gap * 2 && Math.abs(a.y - b.y) * 2 < a.h + b.h + gap * 2;
}

/** Whether the straight line from `from` to `to` comes nearer than `margin` to the box. */
export function hits(from: Point, to: Point, box: Box, margin = 0): boolean {
  const [halfW, halfH] = [box.w / 2 + margin, box.h / 2 + margin];
  if (Math.max(from.x, to.x) < box.x - halfW || Math.min(from.x, to.x) > box.x + halfW) return false;
  if (Math.max(from.y, to.y) < box.y - halfH || Math.min(from.y, to.y) > box.y + halfH) return false;
  // Both ends may lie beside the box on different sides: then the line must part two of its corners.
  const side = (x: number, y: number) => (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x);
  const a = side(box.x - halfW, box.y - halfH);
  const b = side(box.x + halfW, box.y - halfH);
  const c = side(box.x - halfW, box.y + halfH);
  const d = side(box.x + halfW, box.y + halfH);
  return Math.min(a, b, c, d) < 0 && Math.max(a, b, c, d) > 0;
}

export function distance(a: Point, b: Point): number {
  // Math.hypot guards against overflow, and takes several times as long.
  return Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);
}

/** The smallest box around others, which are not none. */
export function around(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map(({ x, w }) => x - w / 2));
  const right = Math.max(...boxes.map(({ x, w }) => x + w / 2));
  const top = Math.min(...boxes.map(({ y, h }) => y - h / 2));
  const bottom = Math.max(...boxes.map(({ y, h }) => y + h / 2));
  return { x: (left + right) / 2, y: (top + bottom) / 2, w: right - left, h: bottom - top };
}
