import type { Panel } from "../../lib/dashboard/model.ts";
import { reduce, type Series } from "../../lib/dashboard/series.ts";
import { levelOf } from "../../lib/dashboard/thresholds.ts";
import { formatValue } from "../../lib/units.ts";
import { Sparkline } from "../../ui/sparkline.tsx";
import type { PanelProps } from "./types.ts";

/** The value now in large, coloured by its thresholds, with its trend behind. */
export function StatPanel({ panel, data: { frame, found } }: PanelProps) {
  const moments = found.flatMap(({ results }) => results.map(({ metric, value }) => momentSeries(metric, value)));
  const series = [...frame.series, ...moments];
  return (
    <div class="stats">
      {series.map((one) => (
        <Stat key={one.name} panel={panel} series={one} named={series.length > 1} />
      ))}
    </div>
  );
}

function Stat({ panel, series, named }: { panel: Panel; series: Series; named: boolean }) {
  const { look, steps, stepsInPercent, min = 0, max = 100 } = panel;
  const value = reduce(series.values, panel.calc);
  const level = value === undefined ? "normal" : levelOf(value, steps, stepsInPercent ? { min, max } : undefined);
  return (
    <div class={`stat ${level}`}>
      {panel.sparkline && <Sparkline values={series.values} />}
      {named && <span class="stat-name">{series.name}</span>}
      <span class="stat-value">{formatValue(value, look.unit, look.decimals)}</span>
    </div>
  );
}

function momentSeries(labels: Readonly<Record<string, string>>, value: number): Series {
  return { name: Object.values(labels).join(" "), labels, values: [value] };
}
