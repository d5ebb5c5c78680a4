import { parseValue, type Series } from "./series.ts";

export interface Heatmap {
  /** Upper bounds of the rows, from the lowest up; the last may be infinite. */
  bounds: readonly number[];
  /** By row, then by time; null where nothing is known. */
  cells: readonly (readonly (number | null)[])[];
  /** Largest cell. */
  most: number;
}

/** Rows of a heatmap from cumulative buckets, which differ by their label `le`. */
export function heatmapOf(series: readonly Series[]): Heatmap {
  const buckets = series
    .map(({ labels, values }) => ({ bound: parseValue(labels.le ?? ""), values }))
    .filter(({ bound }) => !Number.isNaN(bound))
    .sort((a, b) => a.bound - b.bound);
  const cells = buckets.map(({ values }, row) => values.map((value, at) => share(value, buckets[row - 1]?.values[at])));
  const most = cells.flat().reduce<number>((a, b) => Math.max(a, b ?? 0), 0);
  return trimmed({ bounds: buckets.map(({ bound }) => bound), cells, most });
}

/** A bucket holds what is in the one below it too; rates may be off by a rounding. */
function share(value: number | null, below: number | null | undefined): number | null {
  return value === null ? null : Math.max(0, value - (below ?? 0));
}

/** Without the rows above and below all that was counted, but for one. */
function trimmed({ bounds, cells, most }: Heatmap): Heatmap {
  const used = cells.map((row) => row.some((cell) => (cell ?? 0) > 0));
  const first = Math.max(0, used.indexOf(true) - 1);
  const end = Math.min(bounds.length, used.lastIndexOf(true) + 2);
  return used.includes(true)
    ? { bounds: bounds.slice(first, end), cells: cells.slice(first, end), most }
    : { bounds, cells, most };
}
