import uPlot from "uplot";
import type { LineLook } from "../../lib/colors.ts";
import type { Panel } from "../../lib/dashboard/model.ts";
import { levelOfColor } from "../../lib/dashboard/thresholds.ts";
import { valueRange } from "../../lib/dashboard/value-range.ts";
import { dashOf } from "../../lib/dashes.ts";
import { plainText } from "../../lib/plain-text.ts";
import { formatMoment } from "../../lib/time.ts";
import { formatValue } from "../../lib/units.ts";
import { color } from "../../ui/theme.ts";
import type { Context } from "../context.ts";
import { commonOptions, timeAxis, timeScale, valueAxis, zoomHook } from "./axes.ts";
import { outlinedArea } from "./outline.ts";
import { tooltip } from "./tooltip.ts";

/** A series with its look. */
export interface Drawn extends LineLook {
  name: string;
  values: readonly (number | null)[];
}

interface Latest {
  shown: readonly Drawn[];
  context: Context;
}

const TOLD = 14;

/** uPlot's options for a panel. @param latest what is drawn now: it changes while the plot stays */
export function chartOptions(panel: Panel, shown: readonly Drawn[], latest: () => Latest) {
  const format = (value: number) => formatValue(value, panel.look.unit, panel.look.decimals);
  const valuesOf = (series: number) => latest().shown[series - 1]?.values ?? [];
  const { cursor, ...common } = commonOptions();
  return {
    ...common,
    cursor: panel.stacked ? { ...cursor, dataIdx: pointedAt(valuesOf) } : cursor,
    scales: {
      x: timeScale(() => latest().context),
      y: { range: (_plot: uPlot, least: number, most: number) => valueRange(panel, least, most) },
    },
    axes: [timeAxis(), valueAxis(format, panel.look.unit)],
    series: [
      {},
      ...shown.map((one) => ({
        ...seriesOptions(one, panel, fillOf(panel, shown.length)),
        ...(panel.stacked && !panel.bars && { paths: outlinedArea(valuesOf) }),
      })),
    ],
    bands: panel.stacked
      ? shown.slice(1).map((_, index) => ({ series: [index + 2, index + 1] as [number, number] }))
      : [],
    plugins: [tooltip((plot) => tell(plot, latest().shown, format))],
    hooks: {
      draw: [
        (plot: uPlot) => drawSteps(plot, panel),
        (plot: uPlot) => drawFarLimits(plot, panel, latest().shown, format),
      ],
      setSelect: [zoomHook(() => latest().context)],
    },
  };
}

/** The cursor marks no part of a stack that adds nothing to it. */
function pointedAt(valuesOf: (series: number) => readonly (number | null)[]) {
  return (_plot: uPlot, series: number, at: number) => (series > 0 && !valuesOf(series)[at] ? null : at);
}

/** Areas of many lines over each other would be but mud. */
function fillOf({ fill, stacked }: Panel, count: number): number {
  if (stacked) return Math.max(0.35, fill);
  return count > 4 ? 0 : fill;
}

function seriesOptions({ name, color: number, round }: Drawn, { bars, limits }: Panel, fill: number): uPlot.Series {
  const stroke = color(`series-${number}`);
  const opacity = Math.round(fill * 255);
  return {
    label: name,
    stroke,
    width: 1.5,
    dash: [...dashOf(round)],
    // Beyond what it limits, a limit would press all else against the axis.
    auto: !limits.has(name),
    fill: limits.has(name) ? "transparent" : `${stroke}${opacity.toString(16).padStart(2, "0")}`,
    points: { show: isLonely },
    ...(bars && uPlot.paths.bars && { paths: uPlot.paths.bars({ size: [0.8, 40] }) }),
  };
}

/** A series of one sample would not be seen without a point. */
function isLonely(plot: uPlot, series: number): boolean {
  return (plot.data[series] as (number | null)[] | undefined)?.filter((value) => value !== null).length === 1;
}

function tell(plot: uPlot, shown: readonly Drawn[], format: (value: number) => string) {
  const at = plot.cursor.idx;
  const time = at === null || at === undefined ? undefined : plot.data[0][at];
  if (at === null || at === undefined || time === undefined) return undefined;
  const known = shown.flatMap(({ name, values, color: number, round }) => {
    const value = values[at];
    return value === null || value === undefined
      ? []
      : [{ text: name, number: value, color: color(`series-${number}`), dash: dashOf(round) }];
  });
  known.sort((a, b) => b.number - a.number);
  const lines = known
    .slice(0, TOLD)
    .map(({ text, number, color: mark, dash }) => ({ text, value: format(number), color: mark, dash }));
  const more = known.length - lines.length;
  return {
    title: formatMoment(time * 1000, Date.now()),
    lines: more > 0 ? [...lines, { text: `and ${more} more`, value: "" }] : lines,
  };
}

/** A limit far above all else is named at the upper edge: the scale does not reach for it. */
function drawFarLimits(
  plot: uPlot,
  { limits }: Panel,
  shown: readonly Drawn[],
  format: (value: number) => string,
): void {
  const { ctx, bbox } = plot;
  const far = shown
    .filter(({ name }) => limits.has(name))
    .map((one) => ({ ...one, value: one.values.findLast((value) => value !== null) }));
  ctx.save();
  ctx.textAlign = "right";
  ctx.textBaseline = "top";
  for (const { name, value, color: number } of far) {
    if (typeof value !== "number" || value <= (plot.scales.y?.max ?? Number.POSITIVE_INFINITY)) continue;
    ctx.fillStyle = color(`series-${number}`);
    ctx.fillText(`${plainText(name)} ${format(value)} ↑`, bbox.left + bbox.width, bbox.top);
  }
  ctx.restore();
}

/** Thresholds as dashed lines. */
function drawSteps(plot: uPlot, { stepLines, steps }: Panel): void {
  if (!stepLines) return;
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  for (const { from, color: name } of steps) {
    const y = plot.valToPos(from, "y", true);
    if (!Number.isFinite(from) || y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = color(levelOfColor(name) === "bad" ? "bad" : "warn");
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}
