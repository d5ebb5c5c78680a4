import type { Panel } from "../../lib/dashboard/model.ts";
import { reduce } from "../../lib/dashboard/series.ts";
import { formatValue } from "../../lib/units.ts";
import { countOf } from "../../lib/words.ts";
import type { Drawn } from "./chart-options.ts";
import { Mark } from "./mark.tsx";

const CALCS: Readonly<Record<string, string>> = {
  lastNotNull: "last",
  last: "last",
  mean: "mean",
  max: "max",
  min: "min",
};

interface Props {
  panel: Panel;
  series: readonly Drawn[];
  hidden: ReadonlySet<string>;
  onToggle(name: string): void;
}

/** The names of a chart's series with what the panel calculates of each; the largest first. */
export function Legend({ panel, series, hidden, onToggle }: Props) {
  const calcs = panel.legend.calcs.length === 0 ? ["lastNotNull"] : panel.legend.calcs;
  const main = calcs.includes("mean") ? "mean" : (calcs[0] ?? "lastNotNull");
  const rows = series.map((one) => ({ ...one, rank: reduce(one.values, main) ?? 0 })).sort((a, b) => b.rank - a.rank);
  return (
    <div class="legend">
      <table>
        <caption class="unseen">Series of {panel.title}</caption>
        <thead>
          <tr>
            <th scope="col">
              {series.length > 3 ? countOf(series.length, "line") : <span class="unseen">Series</span>}
            </th>
            {calcs.map((calc) => (
              <th key={calc} scope="col" class="number">
                {CALCS[calc] ?? calc}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, values, color, round }) => (
            <tr key={name}>
              <th scope="row">
                <button type="button" aria-pressed={!hidden.has(name)} onClick={() => onToggle(name)} title={name}>
                  <Mark color={color} round={round} />
                  {name}
                </button>
              </th>
              {calcs.map((calc) => (
                <td key={calc} class="number">
                  {formatValue(reduce(values, calc), panel.look.unit, panel.look.decimals)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
