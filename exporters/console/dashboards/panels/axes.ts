import type uPlot from "uplot";
import { formatTick } from "../../lib/time.ts";
import { trimZeros } from "../../lib/units.ts";
import { color } from "../../ui/theme.ts";
import type { Context } from "../context.ts";

const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
/** About the width of a figure in this font. */
const FIGURE_PX = 6.2;
const BINARY_STEPS = Array.from({ length: 56 }, (_, power) => 2 ** power);
const BINARY_UNITS: ReadonlySet<string> = new Set(["bytes", "bits", "binBps", "binbps"]);
const SECOND_STEPS = [
  ...Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** (power - 9))).flat(),
  ...[10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800],
];
/** Plots with this key share their cursor. */
const SYNC = "dashboard";

/** Time along the bottom; the same range in every plot of a dashboard. */
export function timeAxis(): uPlot.Axis {
  return {
    ...lines(),
    size: 20,
    space: 60,
    values: (_plot, splits, _axis, _space, step) => splits.map((at) => formatTick(at, step)),
  };
}

/** Values along the left, as wide as they need to be. */
export function valueAxis(format: (value: number) => string, unit: string): uPlot.Axis {
  const steps = unit === "s" ? SECOND_STEPS : BINARY_UNITS.has(unit) ? BINARY_STEPS : undefined;
  return {
    ...lines(),
    space: 26,
    size: (_plot, values) => widthOf(values ?? []),
    values: (_plot, splits) => splits.map((at) => trimZeros(format(at))),
    ...(steps && { incrs: steps }),
  };
}

export function lines(): uPlot.Axis {
  const width = 1 / devicePixelRatio;
  return {
    font: FONT,
    stroke: color("muted"),
    gap: 4,
    grid: { stroke: color("grid"), width },
    ticks: { show: false },
    border: { show: false },
  };
}

export function widthOf(labels: readonly string[]): number {
  return Math.ceil(Math.max(...labels.map((label) => label?.length ?? 0), 2) * FIGURE_PX) + 12;
}

/** What all plots of a dashboard have in common. */
export function commonOptions() {
  return {
    legend: { show: false },
    padding: [8, 10, 0, 0] as [number, number, number, number],
    cursor: sharedCursor(),
  };
}

/** The time shown. @param context as it is now: it changes while the plot stays */
export function timeScale(context: () => Context): uPlot.Scale {
  return {
    time: true,
    range: () => {
      const { from, to } = context().range;
      return [from, to];
    },
  };
}

/** A cursor all plots share; what is dragged over becomes the time shown. */
function sharedCursor(): uPlot.Cursor {
  return {
    drag: { x: true, y: false, setScale: false },
    points: { size: 5 },
    sync: { key: SYNC, setSeries: false, scales: ["x", null], filters: { pub: isMove } },
  };
}

/** Zooms to what has been selected. */
export function zoomHook(context: () => Context) {
  return (plot: uPlot) => {
    const { left, width } = plot.select;
    if (width < 4) return;
    context().onZoom({ from: plot.posToVal(left, "x"), to: plot.posToVal(left + width, "x") });
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  };
}

function isMove(type: string): boolean {
  return type === "mousemove" || type === "mouseleave";
}
