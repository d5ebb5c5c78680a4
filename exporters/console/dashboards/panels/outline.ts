import uPlot from "uplot";
import { outlined } from "../../lib/dashboard/series.ts";

type Values = readonly (number | null)[];

/**
 * Draws an area of a stack, outlined where it carries something, and nowhere if it is too low to be seen: such outlines would
 * all lie on the part below, and colour it as theirs. @param valuesOf what a series adds to the stack
 */
export function outlinedArea(valuesOf: (series: number) => Values): uPlot.Series.PathBuilder {
  const linear = uPlot.paths.linear?.();
  return (plot, series, from, to) => {
    const paths = linear?.(plot, series, from, to) ?? null;
    return paths && { ...paths, stroke: outlineOf(plot, series, valuesOf(series)) };
  };
}

function outlineOf(plot: uPlot, series: number, values: Values): Path2D {
  const outline = new Path2D();
  const [times, sums = []] = [plot.data[0], plot.data[series]];
  if (!values.some((value) => Math.abs(value ?? 0) > halfPixel(plot))) return outline;
  for (const [first, last] of outlined(values)) {
    for (let at = first; at <= last; at++) {
      const x = Math.round(plot.valToPos(times[at] ?? 0, "x", true));
      const y = Math.round(plot.valToPos(sums[at] ?? 0, "y", true));
      if (at === first) outline.moveTo(x, y);
      else outline.lineTo(x, y);
    }
  }
  return outline;
}

/** What half a pixel stands for at the axis. */
function halfPixel(plot: uPlot): number {
  return Math.abs(plot.posToVal(0, "y") - plot.posToVal(1, "y")) / 2;
}
