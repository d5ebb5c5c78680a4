import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { LookBook } from "../../lib/colors.ts";
import { keepFor, keptFor } from "../../lib/dashboard/kept.ts";
import type { Panel } from "../../lib/dashboard/model.ts";
import { reduce, stack } from "../../lib/dashboard/series.ts";
import { formatValue } from "../../lib/units.ts";
import { route, setQuery } from "../../router.ts";
import { chartOptions, type Drawn } from "./chart-options.ts";
import { Legend } from "./legend.tsx";
import { Plot } from "./plot.tsx";
import type { PanelProps } from "./types.ts";

/** The parameter of the address that names the series switched off. */
const HIDE = "hide";

/** Lines over time, or areas on top of each other, with a legend whose names switch them off and on. */
export function ChartPanel({ panel, context, data: { frame } }: PanelProps) {
  const { query } = route.value;
  const hidden = new Set(keptFor(panel.id, HIDE, query));
  const sorted = useMemo(() => [...frame.series].sort((a, b) => a.name.localeCompare(b.name)), [frame]);
  const book = bookOf(panel);
  book.makeRoomFor(new Set(sorted.map(({ name }) => name)));
  const drawn: Drawn[] = sorted.map(({ name, values }) => ({ name, values, ...book.of(name) }));
  const shown = drawn.filter(({ name }) => !hidden.has(name));
  const columns = shown.map(({ values }) => values);
  const data = [frame.times, ...(panel.stacked ? stack(columns) : columns)] as uPlot.AlignedData;
  const latest = useRef({ shown, context });
  latest.current = { shown, context };
  const toggle = (name: string) => setQuery(keepFor(panel.id, HIDE, query, toggled(hidden, name)));

  return (
    <div class="chart">
      <Plot
        structure={[panel.id, ...shown.map(({ name }) => name)].join("\n")}
        options={() => chartOptions(panel, shown, () => latest.current)}
        data={data}
        label={labelOf(panel.title, drawn, panel.look.unit)}
      />
      {panel.legend.shown && <Legend panel={panel} series={drawn} hidden={hidden} onToggle={toggle} />}
    </div>
  );
}

/** Of each chart of each dashboard: a series that comes back, or whose chart was out of sight, looks as it did before. */
const books = new Map<string, LookBook>();

function bookOf({ id }: Panel): LookBook {
  const key = `${route.value.id}/${id}`;
  const book = books.get(key) ?? new LookBook();
  books.set(key, book);
  return book;
}

function labelOf(title: string, drawn: readonly Drawn[], unit: string): string {
  const last = drawn.slice(0, 12).map(({ name, values }) => `${name} ${formatValue(reduce(values, "last"), unit)}`);
  return `${title}: ${last.join(", ")}`;
}

function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(names);
  if (!next.delete(name)) next.add(name);
  return next;
}
