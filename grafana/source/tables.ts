import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PROMETHEUS } from "./panels.ts";
import { column } from "./targets.ts";

/** A column of a table: of a label, or of a query's values. */
export interface Column {
  title: string;
  /** The label it shows. */
  label?: string;
  /** The query whose values it shows. */
  expr?: string;
  /** Its values say nothing: it is there for the labels that its query finds. */
  hidden?: boolean;
  /** Of the values; a Grafana unit. */
  unit?: string;
  /** Where a click on the value leads; `${__value.raw}` is the value. */
  link?: { title: string; url: string };
}

/** One row for each set of labels, columns in the order given. @param sortBy a column's title, largest first */
export function table(title: string, description: string, columns: readonly Column[], sortBy?: string): PanelBuilder {
  const panel = new PanelBuilder().title(title).description(description).datasource(PROMETHEUS).span(24).height(10);
  const { names, rename, order, hidden } = arranged(columns);
  for (const { refId, expr } of names) if (expr) panel.withTarget(column(refId, expr));
  panel.withTransformation({ id: "merge", options: {} });
  panel.withTransformation({
    id: "organize",
    options: { excludeByName: { Time: true, ...hidden }, indexByName: order, renameByName: rename },
  });
  for (const { title: name, unit, link } of columns) {
    const properties = [
      ...(unit ? [{ id: "unit", value: unit }] : []),
      ...(link ? [{ id: "links", value: [link] }] : []),
    ];
    if (properties.length > 0) panel.overrideByName(name, properties);
  }
  if (sortBy) panel.sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
  return panel;
}

/** Grafana names a table's only value `Value`, and each of several `Value #refId`. */
function arranged(columns: readonly Column[]) {
  const values = columns.filter(({ expr }) => expr !== undefined);
  const names = columns.map(({ label, expr, hidden }, index) => {
    const refId = String.fromCharCode("A".charCodeAt(0) + index);
    return { refId, expr, hidden, field: label ?? (values.length === 1 ? "Value" : `Value #${refId}`) };
  });
  return {
    names,
    rename: Object.fromEntries(names.map(({ field }, index) => [field, columns[index]?.title ?? field])),
    hidden: Object.fromEntries(names.filter((one) => one.hidden).map(({ field }) => [field, true])),
    order: Object.fromEntries(names.map(({ field }, index) => [field, index])),
  };
}
