import type { Made, Unit } from "../stress/lab.ts";
import type { Row } from "../stress/rows.ts";
import { renderTable } from "./table.ts";

const HEADER = ["METRIC", "BEFORE", "DURING", "AFTER", ""];

/** A table of what was measured, and, where the load knows what it did, whether that is what was counted. */
export function renderRows(rows: readonly Row[], made?: Made, counted?: Made): string {
  const table = renderTable([HEADER, ...rows.map(cells)]);
  const lines = made && counted ? ["", `made:    ${words(made)}`, `counted: ${words(counted)}`] : [];
  return `\n${[table, ...lines].join("\n")}\n`;
}

function cells({ measure, before, during, after, moved }: Row): string[] {
  const values = [before, during, after].map((value) => amount(value, measure.unit));
  return [measure.title, ...values, moved === undefined ? "" : moved ? "moved" : "DID NOT MOVE"];
}

function words({ connections, sentBytes }: Made): string {
  return `${grouped(connections)} connections, ${grouped(sentBytes)} bytes sent`;
}

/** A value in the unit a reader expects; "-" where there was nothing to read. */
function amount(value: number | undefined, unit: Unit): string {
  if (value === undefined) return "-";
  switch (unit) {
    case "per second":
      return `${grouped(Math.round(value))}/s`;
    case "cores":
      return `${value.toFixed(2)} cores`;
    case "bytes":
      return `${(value / 2 ** 20).toFixed(1)} MiB`;
    case "bytes per second":
      return `${(value / 1e6).toFixed(value < 1e6 ? 3 : 1)} MB/s`;
    case "seconds":
      return `${(value * 1000).toFixed(2)} ms`;
  }
}

function grouped(value: number): string {
  return value.toLocaleString("en");
}
