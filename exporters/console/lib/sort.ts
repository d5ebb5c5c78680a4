export interface Sort {
  key: string;
  descending: boolean;
}

/** `-sent` → by what was sent, the largest first. */
export function parseSort(text: string): Sort {
  return { key: text.replace(/^-/, ""), descending: text.startsWith("-") };
}

export function sortText({ key, descending }: Sort): string {
  return `${descending ? "-" : ""}${key}`;
}

type Value = string | number | undefined;

/** A sorted copy; equal rows keep their order, rows without a value come last. */
export function sortRows<Row>(rows: readonly Row[], rankOf: (row: Row) => Value, descending: boolean): Row[] {
  const keyed = rows.map((row) => ({ row, value: rankOf(row) }));
  keyed.sort((a, b) => compare(a.value, b.value, descending));
  return keyed.map(({ row }) => row);
}

/** What a click on a column's heading leads to: the other direction, or, on a new column, its natural one. */
export function nextSort(sort: Sort, key: string, numeric: boolean): Sort {
  return sort.key === key ? { key, descending: !sort.descending } : { key, descending: numeric };
}

function compare(a: Value, b: Value, descending: boolean): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return descending ? -order : order;
}
