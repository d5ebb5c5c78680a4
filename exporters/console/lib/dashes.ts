/**
 * How the lines of a round of colours are dashed, in pixels drawn and left out by turns: every round in its own way, so
 * that no two lines of a chart have both the same colour and the same dash.
 */
export function dashOf(round: number): readonly number[] {
  if (round === 0) return [];
  if (round === 1) return [6, 3];
  if (round === 2) return [2, 3];
  return [10, 3, ...Array.from({ length: round - 2 }, () => [2, 3]).flat()];
}
