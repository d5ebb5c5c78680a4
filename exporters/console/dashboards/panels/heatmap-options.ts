import type uPlot from "uplot";
import { between } from "../../lib/colors.ts";
import type { Heatmap } from "../../lib/dashboard/heatmap.ts";
import type { Panel } from "../../lib/dashboard/model.ts";
import { formatClock } from "../../lib/time.ts";
import { formatValue } from "../../lib/units.ts";
import { color } from "../../ui/theme.ts";
import type { Context } from "../context.ts";
import { commonOptions, lines, timeAxis, timeScale, widthOf, zoomHook } from "./axes.ts";
import { type Told, tooltip } from "./tooltip.ts";

interface Latest {
  map: Heatmap;
  context: Context;
}

const LABEL_PX = 18;

/** uPlot's options for a heatmap: rows from 0 up, cells drawn by hand. @param latest what is drawn now */
export function heatmapOptions(panel: Panel, latest: () => Latest) {
  const name = (bound: number) => (Number.isFinite(bound) ? formatValue(bound, panel.rowUnit) : "more");
  return {
    ...commonOptions(),
    scales: {
      x: timeScale(() => latest().context),
      y: { range: (): [number, number] => [0, latest().map.bounds.length] },
    },
    axes: [timeAxis(), rowAxis(() => latest().map, name)],
    series: [{}, { points: { show: false } }],
    plugins: [tooltip((plot) => tell(plot, latest().map, panel, name))],
    hooks: {
      drawClear: [(plot: uPlot) => drawCells(plot, latest().map)],
      setSelect: [zoomHook(() => latest().context)],
    },
  };
}

/** A row's upper bound at its upper edge; as many as there is room for. */
function rowAxis(map: () => Heatmap, name: (bound: number) => string): uPlot.Axis {
  return {
    ...lines(),
    size: (_plot, values) => widthOf(values ?? []),
    splits: (plot) => {
      const rows = map().bounds.length;
      const every = Math.max(1, Math.ceil((rows * LABEL_PX) / Math.max(1, plot.bbox.height / devicePixelRatio)));
      return Array.from({ length: Math.floor(rows / every) }, (_, index) => (index + 1) * every);
    },
    values: (_plot, splits) => splits.map((row) => name(map().bounds[row - 1] ?? 0)),
  };
}

/** A cell ends at its sample's time: it tells of the step before. */
function drawCells(plot: uPlot, { cells, most }: Heatmap): void {
  if (most === 0) return;
  const { ctx, bbox } = plot;
  const scale = [0, 1, 2, 3].map((index) => color(`heat-${index}`));
  const times = plot.data[0];
  const step = (times[1] ?? 0) - (times[0] ?? 0);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const [row, values] of cells.entries()) {
    const top = Math.round(plot.valToPos(row + 1, "y", true));
    const height = Math.max(1, Math.round(plot.valToPos(row, "y", true)) - top - 1);
    for (const [at, value] of values.entries()) {
      const time = times[at];
      if (!value || time === undefined) continue;
      const left = Math.round(plot.valToPos(time - step, "x", true));
      const width = Math.max(1, Math.round(plot.valToPos(time, "x", true)) - left - 1);
      // The square root shows also what is rare.
      ctx.fillStyle = between(scale, Math.sqrt(value / most));
      ctx.fillRect(left, top, width, height);
    }
  }
  ctx.restore();
}

function tell(
  plot: uPlot,
  { bounds, cells }: Heatmap,
  panel: Panel,
  name: (bound: number) => string,
): Told | undefined {
  const { left = -1, top = -1 } = plot.cursor;
  const row = Math.floor(plot.posToVal(top, "y"));
  const time = plot.posToVal(left, "x");
  const at = plot.data[0].findIndex((end) => end >= time);
  const upper = bounds[row];
  if (left < 0 || upper === undefined || at < 0) return undefined;
  const lower = name(bounds[row - 1] ?? 0);
  const text = Number.isFinite(upper) ? `${lower} to ${name(upper)}` : `more than ${lower}`;
  const value = formatValue(cells[row]?.[at] ?? undefined, panel.cellUnit);
  return { title: formatClock((plot.data[0][at] ?? 0) * 1000), lines: [{ text, value }] };
}
