import type { Panel } from "../../lib/dashboard/model.ts";
import { reduce, type Series } from "../../lib/dashboard/series.ts";
import { runsOf } from "../../lib/dashboard/states.ts";
import { formatValue } from "../../lib/units.ts";
import type { PanelProps } from "./types.ts";

/** A row for each series: its name, its state now in a word, and its states over time; what is bad comes first. */
export function StatesPanel({ panel, data: { frame } }: PanelProps) {
  const rows = frame.series.map((series) => ({ series, now: reduce(series.values, "lastNotNull") }));
  const isBad = (value: number | undefined) => Number(wordOf(panel, value ?? null).level === "bad");
  rows.sort((a, b) => isBad(b.now) - isBad(a.now) || a.series.name.localeCompare(b.series.name));
  return (
    <ul class="states">
      {rows.map(({ series, now }) => (
        <StateRow key={series.name} panel={panel} series={series} now={now} />
      ))}
    </ul>
  );
}

function StateRow({ panel, series, now }: { panel: Panel; series: Series; now: number | undefined }) {
  const { text, level } = wordOf(panel, now ?? null);
  return (
    <li>
      <span class="name" title={series.name}>
        {series.name}
      </span>
      <strong class={level}>{text}</strong>
      <span class="runs" aria-hidden="true">
        {runsOf(series.values).map(({ value, steps }, at) => (
          <i key={at} class={wordOf(panel, value).level} style={{ flexGrow: steps }} />
        ))}
      </span>
    </li>
  );
}

function wordOf({ words, look }: Panel, value: number | null) {
  const level = value === null ? ("unknown" as const) : ("normal" as const);
  return words.get(value ?? Number.NaN) ?? { text: formatValue(value, look.unit, look.decimals), level };
}
