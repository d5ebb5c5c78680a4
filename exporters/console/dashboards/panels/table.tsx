import { useMemo, useState } from "preact/hooks";
import { ALERT_TEXT } from "../../lib/dashboard/alerts.ts";
import { keepFor, keptFor } from "../../lib/dashboard/kept.ts";
import type { Look, Panel } from "../../lib/dashboard/model.ts";
import { type Cell, linkOf, type Table, tableOf } from "../../lib/dashboard/table.ts";
import { nextSort, type Sort, sortRows } from "../../lib/sort.ts";
import { formatValue } from "../../lib/units.ts";
import { route, setQuery } from "../../router.ts";
import type { PanelProps } from "./types.ts";

const SHOWN = 200;

/** A table of one row for each set of labels; every heading sorts. */
export function TablePanel({ panel, data }: PanelProps) {
  const table = useMemo(() => tableOf(data.found, panel.organize), [data.found, panel]);
  const [sort, setSort] = useState<Sort>(firstSort(panel));
  const filters = filtersOf(panel);
  const at = table.columns.indexOf(sort.key);
  const found = table.rows.filter((row) =>
    [...filters].every(([name, cell]) => row[table.columns.indexOf(name)] === cell),
  );
  const rows = at < 0 ? found : sortRows(found, (row) => row[at], sort.descending);
  const without = (name: string) => setFilters(panel, new Map([...filters].filter(([key]) => key !== name)));
  return (
    <div class="table-panel">
      {filters.size > 0 && (
        <div class="filters">
          {[...filters].map(([name, cell]) => (
            <button key={name} type="button" class="chip" title="Take this filter away" onClick={() => without(name)}>
              {name}: <strong>{cell}</strong> ✕
            </button>
          ))}
        </div>
      )}
      <table>
        <caption class="unseen">{panel.title}</caption>
        <thead>
          <tr>
            {table.columns.map((name, column) => (
              <Heading key={name} {...{ name, sort }} numeric={isNumeric(table, column)} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN).map((row) => (
            <tr key={row.filter((cell) => typeof cell === "string").join("\n")}>
              {row.map((cell, column) => (
                <Value
                  key={table.columns[column]}
                  name={table.columns[column] ?? ""}
                  cell={cell}
                  look={lookOf(panel, table.columns[column] ?? "")}
                  long={table.columns[column] === ALERT_TEXT}
                  onFilter={(text) => setFilters(panel, new Map([...filters, [table.columns[column] ?? "", text]]))}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > SHOWN && (
        <p class="note">
          The first {SHOWN} of {rows.length} rows.
        </p>
      )}
    </div>
  );
}

/** The parameter of the address that has the cells by which tables are filtered, as in `only=12:Service=cadvisor`. */
const ONLY = "only";

/** By a column's shown name, the cell that rows must have there. */
type Filters = ReadonlyMap<string, string>;

function filtersOf({ id }: Panel): Filters {
  const kept = keptFor(id, ONLY, route.value.query);
  return new Map(kept.map((text) => [text.split("=", 1)[0] ?? "", text.slice(text.indexOf("=") + 1)]));
}

function setFilters({ id }: Panel, filters: Filters): void {
  const kept = Array.from(filters, ([name, cell]) => `${name}=${cell}`);
  setQuery(keepFor(id, ONLY, route.value.query, kept));
}

interface HeadingProps {
  name: string;
  sort: Sort;
  numeric: boolean;
  onSort(sort: Sort): void;
}

function Heading({ name, sort, numeric, onSort }: HeadingProps) {
  const order = sort.key === name ? (sort.descending ? "descending" : "ascending") : "none";
  return (
    <th scope="col" aria-sort={order} class={numeric ? "number" : ""}>
      <button type="button" onClick={() => onSort(nextSort(sort, name, numeric))}>
        {name}
        <span class="arrow" aria-hidden="true">
          {order === "none" ? "" : order === "descending" ? "▾" : "▴"}
        </span>
      </button>
    </th>
  );
}

interface ValueProps {
  /** Of its column. */
  name: string;
  cell: Cell;
  look: Look;
  long: boolean;
  /** Keeps the rows that have the same here. */
  onFilter(text: string): void;
}

function Value({ name, cell, look, long, onFilter }: ValueProps) {
  if (typeof cell === "number") return <td class="number">{formatValue(cell, look.unit, look.decimals)}</td>;
  if (cell === undefined || cell === "") return <td class="muted">–</td>;
  if (long) return <td class="long">{cell}</td>;
  if (look.link !== undefined) {
    return (
      <td>
        <a href={linkOf(look.link, cell)}>{cell}</a>
      </td>
    );
  }
  return (
    <td>
      <button type="button" class="cell" title={`Only rows with the same ${name}`} onClick={() => onFilter(cell)}>
        {cell}
      </button>
    </td>
  );
}

function lookOf({ look, looks }: Panel, name: string): Look {
  return { ...look, ...looks.get(name) };
}

function isNumeric({ rows }: Table, column: number): boolean {
  return rows.some((row) => typeof row[column] === "number");
}

function firstSort({ sortBy }: Panel): Sort {
  return { key: sortBy?.name ?? "", descending: sortBy?.descending ?? false };
}
