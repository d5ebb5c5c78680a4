/** What a part measured; cells are text, the first column names the row. */
export interface Table {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A Markdown table that reads well as it is: columns padded, all but the first aligned to the right. */
export function renderTable({ columns, rows }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const rule = widths.map((width, index) => (index === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [columns, rule, ...rows].map((cells) => renderRow(cells, widths)).join("\n");
}

function renderRow(cells: readonly string[], widths: readonly number[]): string {
  const padded = widths.map((width, index) => {
    const cell = cells[index] ?? "";
    return index === 0 ? cell.padEnd(width) : cell.padStart(width);
  });
  return `| ${padded.join(" | ")} |`;
}
